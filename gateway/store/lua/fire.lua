#!lua flags=allow-oom
-- Log and wake what is due, each timer once. ARGV: now, most -> count
local due = redis.call('ZRANGEBYSCORE', TIMERS, '-inf', now, 'LIMIT', 0, ARGV[2])
for _, member in ipairs(due) do
  local tid, name = string.match(member, '^([^|]+)|(.+)$')
  redis.call('ZREM', TIMERS, member)
  local seq = log(tid, '{"event":{"type":"timer_fired","id":"timer:' .. name .. '","name":"' .. name .. '"}}')
  make_ready(tid)
  audit('fire', tid, name, seq)
end
return #due
