#!lua flags=allow-oom
-- Write a turn: records, effects, approvals, timers, snapshot; all of it, or nothing. Everything is checked first.
-- ARGV: now, tid, token, op, seq, snapshot, then four counted groups:
--   records; effects (id queue lane offset seq body approval digest again; again `stopped`: a stop came after it);
--   approvals (id state digest expires start_by; state `open` creates); timers (name due; 0 removes)
-- -> {OK, seq} | {FENCED} | {STALE, now, record...} | {BAD, why}
local tid, token, op, expected, snapshot = ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5]), ARGV[6]
local place = 7
local function group(width)
  local items, count = {}, tonumber(ARGV[place])
  place = place + 1
  for i = 1, count do
    items[i] = {unpack(ARGV, place, place + width - 1)}
    place = place + width
  end
  return items
end
local records, effects, approvals, timers = group(1), group(9), group(5), group(2)

local head = key('t', tid)
local last = redis.call('HMGET', head, 'op', 'opseq', 'tok')
if last[1] == op then return {'OK', tonumber(last[2])} end
if last[3] ~= token then return {'FENCED'} end
local log_key = key('ev', tid)
if redis.call('LLEN', log_key) ~= expected then
  return {'STALE', now, unpack(redis.call('LRANGE', log_key, expected, expected + 999))}
end
local named = {}
for _, a in ipairs(approvals) do
  local state = named[a[1]] or redis.call('HGET', key('ap', tid .. ':' .. a[1]), 's')
  if a[2] == 'open' and state then return {'BAD', 'approval ' .. a[1] .. ' exists'} end
  if a[2] ~= 'open' and state ~= 'pending' then return {'BAD', 'approval ' .. a[1] .. ' is not pending'} end
  named[a[1]] = a[2] == 'open' and 'pending' or a[2]
end

local seq = expected
for _, record in ipairs(records) do seq = log(tid, record[1]) end
for _, a in ipairs(approvals) do
  local ap = key('ap', tid .. ':' .. a[1])
  if a[2] == 'open' then
    redis.call('HSET', ap, 's', 'pending', 'd', a[3], 'x', a[4])
  else
    redis.call('HSET', ap, 's', a[2], 'by', a[5])
    if a[3] ~= '' then redis.call('HSET', ap, 'd', a[3]) end
  end
end
for _, f in ipairs(effects) do
  local fx, lane = key('fx', f[1]), lane_of(tid, f[2], f[3])
  if redis.call('EXISTS', fx) == 0 then
    local at = tonumber(f[5]) > 0 and tonumber(f[5]) or expected + 1 + tonumber(f[4])
    redis.call('HSET', fx, 't', tid, 'q', f[2], 'l', f[3], 's', 'pending', 'n', 0, 'e', at, 'b', f[6])
    if f[7] ~= '' then redis.call('HSET', fx, 'a', f[7], 'd', f[8]) end
    if f[9] ~= '' then redis.call('HSET', fx, 'r', 1) end
    if f[9] == 'stopped' then redis.call('HSET', fx, 'x', 1) end
    redis.call('RPUSH', key('fl', tid), f[1])
    if redis.call('RPUSH', key('oq', lane), f[1]) == 1 then lane_due(tid, f[2], lane, now) end
  end
end
for _, t in ipairs(timers) do
  if t[2] == '0' then
    redis.call('ZREM', TIMERS, tid .. '|' .. t[1])
  else
    redis.call('ZADD', TIMERS, t[2], tid .. '|' .. t[1])
  end
end
if snapshot ~= '' then redis.call('SET', key('sn', tid), snapshot) end
redis.call('HSET', head, 'cur', seq, 'op', op, 'opseq', seq)
redis.call('HDEL', head, 'tok', 'reb')
redis.call('ZREM', LEASED, tid)
audit('commit', tid, op, seq)
return {'OK', seq}
