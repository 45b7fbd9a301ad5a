#!lua
-- Keep a raw message that was brought to us, whoever reads the source. Without allow-oom.
-- KEYS[1] is the source's own prefix. ARGV: now, id, raw -> 1
if redis.call('HSETNX', P .. ':raw', ARGV[2], ARGV[3]) == 1 then redis.call('RPUSH', P .. ':todo', ARGV[2]) end
return 1
