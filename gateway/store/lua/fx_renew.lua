#!lua flags=allow-oom
-- Keep an effect's lease. ARGV: now, id, token, lease ms -> 1 | 0
local f = redis.call('HMGET', key('fx', ARGV[2]), 's', 'tok', 't', 'q', 'l')
if f[1] ~= 'sending' or f[2] ~= ARGV[3] then return 0 end
redis.call('ZADD', key('obl', f[4]), now + tonumber(ARGV[4]), lane_of(f[3], f[4], f[5]))
return 1
