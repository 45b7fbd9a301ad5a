#!lua flags=allow-oom
-- Log and wake what is due, each timer once; one of the same name may be set again for later, so ids have its moment.
-- ARGV: now, most -> count
local due = redis.call('ZRANGEBYSCORE', TIMERS, '-inf', now, 'LIMIT', 0, ARGV[2], 'WITHSCORES')
for at = 1, #due, 2 do
  local member = due[at]
  local tid, name = string.match(member, '^([^|]+)|(.+)$')
  local id = string.format('timer:%s:%d', name, tonumber(due[at + 1]))
  redis.call('ZREM', TIMERS, member)
  local seq = log(tid, '{"event":{"type":"timer_fired","id":"' .. id .. '","name":"' .. name .. '"}}')
  make_ready(tid)
  audit('fire', tid, name, seq)
end
return #due / 2
