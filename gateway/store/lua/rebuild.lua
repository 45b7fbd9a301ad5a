#!lua flags=allow-oom
-- Make the head of a thread again that has nothing left but its log, and remember what was already received.
-- ARGV: now, tid, dedupe ttl ms, then pairs of dedupe and seq -> 1 | 0 (it had a head)
local tid = ARGV[2]
if redis.call('EXISTS', key('t', tid)) == 1 then return 0 end
redis.call('HSET', key('t', tid), 'cur', 0, 'reb', 1)
redis.call('DEL', key('sn', tid))
redis.call('ZADD', INDEX, now, tid)
for i = 4, #ARGV, 2 do redis.call('SET', key('dd', ARGV[i]), ARGV[i + 1], 'PX', ARGV[3]) end
make_ready(tid)
audit('rebuild', tid, '-', redis.call('LLEN', key('ev', tid)))
return 1
