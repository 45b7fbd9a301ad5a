#!lua flags=allow-oom
-- A tool is about to be run: from here on, when its runner is lost, nobody knows whether it was. Until then nothing was
-- started, and a stop still keeps it from starting; so does a pause: who asks is told that the lease is lost, which it
-- soon is, and then the tool waits like any other.
-- ARGV: now, id, token -> OK | STOPPED | LOST
local id, token = ARGV[2], ARGV[3]
local fx = key('fx', id)
local f = redis.call('HMGET', fx, 's', 'tok', 'lo', 'x', 't', 'n')
if f[1] ~= 'sending' or f[2] ~= token then return 'LOST' end
if f[3] ~= token then return 'OK' end
if f[4] then return 'STOPPED' end
if redis.call('HGET', key('t', f[5]), 'hold') then return 'LOST' end
redis.call('HDEL', fx, 'lo')
audit('fx_begin', f[5], id, f[6])
return 'OK'
