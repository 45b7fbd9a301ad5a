#!lua flags=allow-oom
-- Count something under a name, unless that makes too many in any window. What is counted already is not counted again.
-- KEYS[1]: the name. ARGV: now, what, most, window in ms -> 0, or the ms until there is room
local counted = P .. ':n'
local what, most, window = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
redis.call('ZREMRANGEBYSCORE', counted, '-inf', now - window)
if redis.call('ZSCORE', counted, what) then return 0 end
if redis.call('ZCARD', counted) >= most then
  local over = redis.call('ZCARD', counted) - most
  return tonumber(redis.call('ZRANGE', counted, over, over, 'WITHSCORES')[2]) + window - now
end
redis.call('ZADD', counted, now, what)
redis.call('PEXPIRE', counted, window)
return 0
