#!lua
-- Keep raw messages and the position behind them, by the holder of the source's lease only. Without allow-oom.
-- KEYS[1] is the source's own prefix. ARGV: now, holder, validity, uid, then pairs of id and raw -> 1 | 0
-- :lease string (expires)   :at hash validity, uid   :todo list of ids   :raw hash id -> message   :aside hash id -> why
if redis.call('GET', P .. ':lease') ~= ARGV[2] then return 0 end
for i = 5, #ARGV, 2 do
  if redis.call('HSETNX', P .. ':raw', ARGV[i], ARGV[i + 1]) == 1 then redis.call('RPUSH', P .. ':todo', ARGV[i]) end
end
redis.call('HSET', P .. ':at', 'validity', ARGV[3], 'uid', ARGV[4])
return 1
