#!lua flags=allow-oom
-- Lease the oldest due effects of a queue. A tool with an approval passes the gate here, and marks the approval used.
-- An effect whose holder's lease ran out is granted to be recovered: it may have happened. A tool that its holder had
-- not begun (`fx_begin`) did not: it is put back, and passes the gate, a pause and a stop like one that never was claimed.
-- ARGV: now, queue, random, lease ms, most
-- -> {{id, tid, lane, mode, token, now, attempt, body, record, approval, digest, why}...}
local queue, random, lease, most = ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local DUE, GOING = key('ob', queue), key('obl', queue)

local function answer(id)
  local f = redis.call('HMGET', key('fx', id), 't', 'l', 'm', 'tok', 'n', 'b', 'e', 'a', 'd', 'w')
  local record = redis.call('LINDEX', key('ev', f[1]), tonumber(f[7]) - 1)
  return {id, f[1], f[2], f[3], f[4], now, tonumber(f[5]), f[6], record, f[8] or '', f[9] or '', f[10] or ''}
end

-- The gate: mode and why. Only an approved, matching, unused, fresh approval lets a tool start.
local function gate(tid, id, approval, digest, attempts)
  local a = redis.call('HMGET', key('ap', tid .. ':' .. approval), 's', 'd', 'by', 'u')
  if a[1] ~= 'approved' then return 'refused', 'not_approved' end
  if a[2] ~= digest then return 'refused', 'changed' end
  if a[4] and a[4] ~= id then return 'refused', 'used' end
  if a[4] == id and attempts == 0 then return 'recover', '' end
  if now >= tonumber(a[3]) then return 'refused', 'lapsed' end
  redis.call('HSET', key('ap', tid .. ':' .. approval), 'u', id)
  return 'start', ''
end

-- A stop keeps a tool from starting. One made again from the log may have started before the stop came.
local function stopped(tid, id, approval, again)
  if again and (not approval or redis.call('HGET', key('ap', tid .. ':' .. approval), 'u') == id) then
    return 'recover', ''
  end
  return 'refused', 'stopped'
end

local out, names = {}, {}

local function put_back(lane, id, tid, attempts)
  redis.call('HSET', key('fx', id), 's', 'pending')
  redis.call('HDEL', key('fx', id), 'tok', 'lo')
  redis.call('ZREM', GOING, lane)
  lane_due(tid, queue, lane, now)
  audit('fx_retry', tid, id, attempts)
end

-- Leases the head of a lane. `late`: whoever had it before let its lease run out.
local function lease_head(lane, late)
  local id = redis.call('LINDEX', key('oq', lane), 0)
  local fx = key('fx', id)
  local f = redis.call('HMGET', fx, 't', 'n', 'a', 'd', 'm', 'w', 'r', 'x', 'tok', 'lo')
  local tid, attempts = f[1], tonumber(f[2])
  local mode, why = 'start', ''
  if late and f[10] and f[10] == f[9] then return put_back(lane, id, tid, attempts) end
  if late then
    if f[5] == 'refused' then mode, why = 'refused', f[6] else mode = 'recover' end
  elseif f[8] then
    mode, why = stopped(tid, id, f[3], f[7])
  elseif f[3] then
    mode, why = gate(tid, id, f[3], f[4], attempts)
  elseif f[7] then
    mode = 'recover'
  end
  local token, looks = attempts + 1 .. '-' .. random, queue == 'tool' and mode == 'start'
  redis.call('HSET', fx, 's', 'sending', 'tok', token, 'n', attempts + 1, 'm', mode, 'w', why)
  if looks then redis.call('HSET', fx, 'lo', token) end
  redis.call('ZREM', DUE, lane)
  redis.call('ZADD', GOING, now + lease, lane)
  audit('fx_claim:' .. (looks and 'look' or mode), tid, id, attempts + 1)
  names[#names + 1] = id
  out[#out + 1] = answer(id)
end

local given = redis.call('GET', key('op', random))
if given then
  for id in string.gmatch(given, '%S+') do
    local token = redis.call('HGET', key('fx', id), 'tok')
    if token and string.sub(token, -#random) == random then out[#out + 1] = answer(id) end
  end
  return out
end
for _, lane in ipairs(redis.call('ZRANGEBYSCORE', GOING, '-inf', now, 'LIMIT', 0, most)) do lease_head(lane, true) end
for _, lane in ipairs(redis.call('ZRANGEBYSCORE', DUE, '-inf', now, 'LIMIT', 0, most - #out)) do lease_head(lane, false) end
if #names > 0 then redis.call('SET', key('op', random), table.concat(names, ' '), 'PX', lease) end
return out
