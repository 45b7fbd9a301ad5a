#!lua flags=allow-oom
-- Settle an effect and log how it ended; or, with a delay, put it back to be tried again, at most `most` times; a
-- `most` of 0 says that nothing was tried.
-- ARGV: now, id, token, state, record, wakes, keep ms, delay ms (-1: settle), most -> 1 | 0
local id, token, state, delay, most = ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[8]), tonumber(ARGV[9])
local fx = key('fx', id)
local f = redis.call('HMGET', fx, 's', 'tok', 't', 'q', 'l', 'n', 'dt')
if f[7] == token then return 1 end
if f[1] ~= 'sending' or f[2] ~= token then return 0 end
local tid, queue = f[3], f[4]
local lane = lane_of(tid, queue, f[5])
redis.call('ZREM', key('obl', queue), lane)
redis.call('HDEL', fx, 'tok')
if delay >= 0 and (most == 0 or tonumber(f[6]) < most) then
  if most == 0 then redis.call('HINCRBY', fx, 'n', -1) end
  redis.call('HSET', fx, 's', 'pending', 'dt', token)
  lane_due(tid, queue, lane, now + delay)
  audit('fx_retry', tid, id, f[6])
  return 1
end
redis.call('HSET', fx, 's', state, 'dt', token)
redis.call('LPOP', key('oq', lane))
lane_due(tid, queue, lane, now)
if state == 'sent' then redis.call('PEXPIRE', fx, ARGV[7]) else redis.call('ZADD', DEAD, now, id) end
local seq = log(tid, ARGV[5])
if ARGV[6] == '1' then
  make_ready(tid)
elseif redis.call('HGET', key('t', tid), 'cur') == tostring(seq - 1) and not redis.call('ZSCORE', LEASED, tid) then
  redis.call('HSET', key('t', tid), 'cur', seq)
end
audit('fx_' .. state, tid, id, seq)
return 1
