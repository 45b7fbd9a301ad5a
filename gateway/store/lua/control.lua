#!lua flags=allow-oom
-- Append a control record once, and bind tools that have not started: hold them, free them, or have them refused.
-- ARGV: now, tid, dedupe, dedupe ttl ms, record, verb -> {OK|DUP, seq}
local tid, seen_key, verb = ARGV[2], key('dd', ARGV[3]), ARGV[6]
local seen = redis.call('GET', seen_key)
if seen then return {'DUP', tonumber(seen)} end
local head, lane = key('t', tid), lane_of(tid, 'tool', 'tool')
local seq = log(tid, ARGV[5])
redis.call('HSETNX', head, 'cur', 0)
redis.call('SET', seen_key, seq, 'PX', ARGV[4])
if verb == 'pause' then
  redis.call('HSET', head, 'hold', 1)
  redis.call('ZREM', key('ob', 'tool'), lane)
else
  redis.call('HDEL', head, 'hold')
  if verb == 'stop' then
    for _, id in ipairs(redis.call('LRANGE', key('oq', lane), 0, 99)) do
      local f = redis.call('HMGET', key('fx', id), 's', 'tok', 'lo')
      if f[1] == 'pending' or (f[2] and f[2] == f[3]) then redis.call('HSET', key('fx', id), 'x', 1) end
    end
  end
  if not redis.call('ZSCORE', key('obl', 'tool'), lane) then lane_due(tid, 'tool', lane, now) end
end
make_ready(tid)
audit(verb, tid, ARGV[3], seq)
return {'OK', seq}
