#!lua flags=allow-oom
-- Whether a card goes now, waits for others to the same recipient, goes with them, or went with one of them.
-- What a bundle is made of is decided once, and kept for a day: each try of the one that leads it is the same.
-- KEYS[1]: the recipient. ARGV: now, effect, entry, window ms, 1 if even the first waits, most, patience ms
-- -> {'go'} | {'wait', ms} | {'lead', entry...} | {'with', how that ended}
local effect, entry, window = ARGV[2], ARGV[3], tonumber(ARGV[4])
local KEPT, WAITING, WINDOW = 86400000, P .. ':c', P .. ':w'

local function go()
  redis.call('ZREM', WAITING, effect)
  redis.call('SET', key('m', effect), '-', 'PX', KEPT)
  return {'go'}
end

local leader = redis.call('GET', key('m', effect))
if leader == '-' then return {'go'} end
if leader == effect then return {'lead', unpack(redis.call('LRANGE', key('b', effect), 0, -1))} end
if leader then
  local ended = redis.call('GET', key('d', leader)) or 'failed'
  local since = string.match(ended, '^since:(%d+)$')
  if ended == 'failed' or (since and now - tonumber(since) > tonumber(ARGV[7])) then return go() end
  return {'with', since and '' or ended}
end
local open_until = tonumber(redis.call('GET', WINDOW) or '0')
local others = redis.call('ZCARD', WAITING)
if open_until <= now and others == 0 then
  redis.call('SET', WINDOW, string.format('%.0f', now + window), 'PX', KEPT)
  if ARGV[5] ~= '1' then return go() end
  open_until = now + window
end
redis.call('ZADD', WAITING, 'NX', now, effect)
redis.call('SET', key('e', effect), entry, 'PX', KEPT)
if open_until > now then return {'wait', open_until - now} end
redis.call('SET', key('m', effect), effect, 'PX', KEPT)
redis.call('ZREM', WAITING, effect)
for _, id in ipairs(redis.call('ZRANGE', WAITING, 0, tonumber(ARGV[6]) - 2)) do
  local known = redis.call('GET', key('e', id))
  redis.call('ZREM', WAITING, id)
  if known then
    redis.call('SET', key('m', id), effect, 'PX', KEPT)
    redis.call('RPUSH', key('b', effect), known)
  end
end
redis.call('PEXPIRE', key('b', effect), KEPT)
redis.call('SET', key('d', effect), 'since:' .. now_text, 'PX', KEPT)
redis.call('SET', WINDOW, string.format('%.0f', now + window), 'PX', KEPT)
return {'lead', unpack(redis.call('LRANGE', key('b', effect), 0, -1))}
