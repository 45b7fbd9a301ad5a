#!lua flags=allow-oom
-- Make the head of a thread again that has nothing left but its log, and remember what was already received.
-- ARGV: now, tid, dedupe ttl ms, then pairs of dedupe and seq, then 1 if the thread is paused -> 1 | 0 (it had a head)
local tid, held = ARGV[2], table.remove(ARGV)
if redis.call('EXISTS', key('t', tid)) == 1 then return 0 end
redis.call('HSET', key('t', tid), 'cur', 0, 'reb', 1)
if held == '1' then redis.call('HSET', key('t', tid), 'hold', 1) end
redis.call('DEL', key('sn', tid))
redis.call('ZADD', INDEX, now, tid)
for i = 4, #ARGV, 2 do redis.call('SET', key('dd', ARGV[i]), ARGV[i + 1], 'PX', ARGV[3]) end
make_ready(tid)
audit('rebuild', tid, '-', redis.call('LLEN', key('ev', tid)))
return 1
