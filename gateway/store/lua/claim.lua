#!lua flags=allow-oom
-- Lease the oldest threads that need work; leases that ran out are taken back first.
-- ARGV: now, random, lease ms, most -> {now, {tid, token, seq, rebuilt, snapshot, record...}...}
local random, lease, most = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])

local function grant(tid, token)
  local head = redis.call('HMGET', key('t', tid), 'reb')
  local snapshot = redis.call('GET', key('sn', tid)) or ''
  local folded = tonumber(string.match(snapshot, '^(%d+)|') or '0')
  local out = {tid, token, redis.call('LLEN', key('ev', tid)), head[1] or '0', snapshot}
  for _, record in ipairs(redis.call('LRANGE', key('ev', tid), folded, -1)) do out[#out + 1] = record end
  return out
end

local out = {now}
local given = redis.call('GET', key('op', random))
if given then
  for tid, token in string.gmatch(given, '(%S+) (%S+)') do
    if holds(tid, token) then out[#out + 1] = grant(tid, token) end
  end
  return out
end
for _, tid in ipairs(redis.call('ZRANGEBYSCORE', LEASED, '-inf', now, 'LIMIT', 0, 16)) do
  redis.call('ZREM', LEASED, tid)
  redis.call('HDEL', key('t', tid), 'tok')
  redis.call('ZADD', READY, now, tid)
end
local names = {}
for _, tid in ipairs(redis.call('ZRANGEBYSCORE', READY, '-inf', now, 'LIMIT', 0, most)) do
  local token = redis.call('HINCRBY', key('t', tid), 'ep', 1) .. '-' .. random
  redis.call('ZREM', READY, tid)
  redis.call('ZADD', LEASED, now + lease, tid)
  redis.call('HSET', key('t', tid), 'tok', token)
  names[#names + 1] = tid .. ' ' .. token
  out[#out + 1] = grant(tid, token)
end
if #names > 0 then redis.call('SET', key('op', random), table.concat(names, ' '), 'PX', lease) end
return out
