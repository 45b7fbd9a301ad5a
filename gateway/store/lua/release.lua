#!lua flags=allow-oom
-- Give a thread back undone. ARGV: now, tid, token, delay ms -> 1 | 0
local tid = ARGV[2]
if not holds(tid, ARGV[3]) then return 0 end
redis.call('HDEL', key('t', tid), 'tok')
redis.call('ZREM', LEASED, tid)
redis.call('ZADD', READY, now + tonumber(ARGV[4]), tid)
wake('threads')
return 1
