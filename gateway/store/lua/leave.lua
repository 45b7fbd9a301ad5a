#!lua flags=allow-oom
-- Give the reader's lease of a source up, if it is ours. ARGV: now, holder -> 1 | 0
if redis.call('GET', P .. ':lease') ~= ARGV[2] then return 0 end
return redis.call('DEL', P .. ':lease')
