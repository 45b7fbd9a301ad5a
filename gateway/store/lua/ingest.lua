#!lua
-- Append an inbound record once. Without allow-oom: a full store says so, and the sender tries again later.
-- ARGV: now, tid, dedupe, dedupe ttl ms, record, backlog limit -> {OK|DUP, seq} | {BUSY}
local tid, seen_key = ARGV[2], key('dd', ARGV[3])
local seen = redis.call('GET', seen_key)
if seen then return {'DUP', tonumber(seen)} end
local head = key('t', tid)
local cur = tonumber(redis.call('HGET', head, 'cur') or '0')
if redis.call('LLEN', key('ev', tid)) - cur >= tonumber(ARGV[6]) then return {'BUSY'} end
local seq = log(tid, ARGV[5])
redis.call('HSETNX', head, 'cur', 0)
redis.call('SET', seen_key, seq, 'PX', ARGV[4])
make_ready(tid)
audit('ingest', tid, ARGV[3], seq)
return {'OK', seq}
