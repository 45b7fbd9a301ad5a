#!lua flags=allow-oom
-- Take or renew the reader's lease of a source. ARGV: now, holder, lease ms -> 1 | 0
local holder = redis.call('GET', P .. ':lease')
if holder and holder ~= ARGV[2] then return 0 end
redis.call('SET', P .. ':lease', ARGV[2], 'PX', ARGV[3])
return 1
