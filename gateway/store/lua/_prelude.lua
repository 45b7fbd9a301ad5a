-- What every transition shares: the keys of one partition, the clock, the log, the ready set, the audit chain.
--
-- KEYS[1] is the partition, `hp:{tag}`; every other key starts with it and so lives in the same slot. ARGV[1] is the
-- time in milliseconds, empty for the server's own clock.
--
--   :ev:<tid>        list    the log; index + 1 = seq
--   :t:<tid>         hash    head: cur (handled up to), tok (lease token), ep (lease counter), op/opseq (last commit),
--                            hold (paused), reb (rebuilt from the log)
--   :sn:<tid>        string  snapshot, `<seq>|<body>`
--   :rq              zset    threads that need work -> not before
--   :ls              zset    leased threads -> lease end
--   :ix              zset    all threads -> last change
--   :tm              zset    timers `<tid>|<name>` -> due
--   :dd:<hash>       string  dedupe -> seq (expires)
--   :op:<token>      string  what a claim gave, so that a re-sent claim gets the same (expires)
--   :fl:<tid>        list    ids of the thread's effects
--   :fx:<id>         hash    effect: t q l (thread, queue, lane) s (state) n (attempts) e (seq) b (body) a d (approval,
--                            digest) tok (lease token) dt (token that settled it) m w (mode, why) r (rebuilt) x (stopped)
--                            lo (the lease token under which a tool was claimed and, so far, not begun)
--   :oq:<lane>       list    effects of a lane in order; a lane is `<tid>|<queue>|<lane>`
--   :ob:<queue>      zset    lanes whose head may go -> not before
--   :obl:<queue>     zset    lanes whose head is under way -> lease end
--   :dx              zset    effects that ended badly -> when
--   :ap:<tid>:<id>   hash    approval: s (state) d (digest) x (expires) by (start by) u (used by effect)
--   :au              stream  audit: e (entry), h (hash chained to the one before)
--   :ah              string  the hash of the last audit entry
local P = KEYS[1]
local now
if ARGV[1] == '' then
  local t = redis.call('TIME')
  now = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
else
  now = tonumber(ARGV[1])
end
local now_text = string.format('%.0f', now)

local function key(kind, id) return P .. ':' .. kind .. ':' .. id end
local READY, LEASED, INDEX, TIMERS, DEAD = P .. ':rq', P .. ':ls', P .. ':ix', P .. ':tm', P .. ':dx'

-- The hash of what was logged since the last audit entry: each record's chained to the one before; `-` for nothing.
local written = '-'

local function audit(what, tid, id, seq)
  local entry = table.concat({what, tid, id, seq, now_text, written}, ' ')
  written = '-'
  local hash = redis.sha1hex((redis.call('GET', P .. ':ah') or '') .. entry)
  redis.call('SET', P .. ':ah', hash)
  redis.call('XADD', P .. ':au', '*', 'e', entry, 'h', hash)
end

local function wake(queue) redis.call('PUBLISH', 'hp:wake', queue .. ' ' .. P) end

local function make_ready(tid)
  if not redis.call('ZSCORE', LEASED, tid) then
    redis.call('ZADD', READY, 'LT', now, tid)
    wake('threads')
  end
end

-- Appends one record with the time stamped on; returns its seq.
local function log(tid, record)
  local stamped = string.sub(record, 1, -2) .. ',"at":' .. now_text .. '}'
  written = redis.sha1hex(written .. stamped)
  redis.call('ZADD', INDEX, now, tid)
  return redis.call('RPUSH', key('ev', tid), stamped)
end

local function lane_of(tid, queue, lane) return tid .. '|' .. queue .. '|' .. lane end

-- Lets the head of a lane go, unless there is none or the thread's tools are held.
local function lane_due(tid, queue, lane, at)
  if redis.call('LLEN', key('oq', lane)) == 0 then return end
  if queue == 'tool' and redis.call('HGET', key('t', tid), 'hold') then return end
  redis.call('ZADD', key('ob', queue), at, lane)
  wake(queue)
end

local function holds(tid, token) return redis.call('HGET', key('t', tid), 'tok') == token end
