#!lua flags=allow-oom
-- Count under a name, unless that makes too many in its window. The window begins with the first that is counted.
-- KEYS[1]: the name. ARGV: now, count, most, window in ms -> 0, or the ms until the window ends
local counter = P .. ':n'
local count, most, window = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local had = tonumber(redis.call('GET', counter) or '0')
if had + count > most then
  local left = redis.call('PTTL', counter)
  return left > 0 and left or window
end
if count > 0 then
  redis.call('INCRBY', counter, count)
  if had == 0 then redis.call('PEXPIRE', counter, window) end
end
return 0
