#!lua flags=allow-oom
-- Take a kept message off the list: for good, or (with a reason) set aside whole. ARGV: now, id, why -> 1
redis.call('LREM', P .. ':todo', 1, ARGV[2])
if ARGV[3] == '' then redis.call('HDEL', P .. ':raw', ARGV[2]) else redis.call('HSET', P .. ':aside', ARGV[2], ARGV[3]) end
return 1
