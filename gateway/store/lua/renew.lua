#!lua flags=allow-oom
-- Keep a thread's lease. ARGV: now, tid, token, lease ms -> 1 | 0
if not holds(ARGV[2], ARGV[3]) then return 0 end
redis.call('ZADD', LEASED, now + tonumber(ARGV[4]), ARGV[2])
return 1
