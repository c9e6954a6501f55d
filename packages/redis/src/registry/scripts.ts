import { Script } from '../connection/script.js';
import { LARGEST_ENTRY } from './entry-rows.js';

/** What is dead stays in the index for `cleanup` to count, but not longer than this many times to live. */
const KEEP_DEAD_TTLS = 5;

/**
 * The time is the server's, and it is the same for the whole of a script: no clock of any process has a say in who is alive.
 * The index is a mirror of the entries: each id with the moment at which Redis drops its entry.
 */
const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function at(ms) return string.format('%.0f', ms) end
`;

/** Keys: entry, index, stamp, services. Arguments: token, ttl, id, service, channel, new stamp, instance. */
const LEASE = `${NOW}
local entry, index, stamp, services = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local token, ttl, id, service, channel, change = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local kept = ttl * ${KEEP_DEAD_TTLS + 1}

-- Who holds the entry; nobody when somebody put something else in its place.
local function holder()
  local held = redis.pcall('HGET', entry, 'token')
  return type(held) == 'string' and held or nil
end

local function list(key, member, ends)
  if redis.call('TYPE', key).ok ~= 'zset' then redis.call('DEL', key) end
  local known = tonumber(redis.call('ZSCORE', key, member) or 0)
  if key == index or known < ends then redis.call('ZADD', key, at(ends), member) end
  if redis.call('PTTL', key) < kept then redis.call('PEXPIRE', key, kept) end
  redis.call('ZREMRANGEBYSCORE', key, '-inf', at(now - ttl * ${KEEP_DEAD_TTLS}))
end

local function extend()
  redis.call('PEXPIREAT', entry, at(now + ttl))
  list(index, id, now + ttl)
  list(services, service, now + ttl)
end

local function tell()
  redis.call('SET', stamp, change, 'PX', kept)
  redis.call('PUBLISH', channel, change)
end
`;

/** Whoever asks last has the id. */
export const REGISTER = new Script(`${LEASE}
redis.call('DEL', entry)
redis.call('HSET', entry, 'token', token, 'record', ARGV[7])
extend()
tell()
return 'held'
`);

/** Without an instance it only renews. */
export const RENEW = new Script(`${LEASE}
local held = holder()
if not held then return 'expired' end
if held ~= token then return 'taken' end
if ARGV[7] ~= '' then
  redis.call('HSET', entry, 'record', ARGV[7])
  tell()
end
extend()
return 'held'
`);

export const RELEASE = new Script(`${LEASE}
if holder() ~= token then return 'lost' end
redis.call('DEL', entry)
redis.call('ZREM', index, id)
if redis.call('ZCARD', index) == 0 then redis.call('ZREM', services, service) end
tell()
return 'released'
`);

/**
 * The living, unless nothing has changed since the caller read the stamp and the number: it costs next to nothing to ask, so
 * everybody can afford to ask often. Keys: index, stamp, services. Arguments: stamp, number, what entries begin with.
 */
export const READ = new Script(`${NOW}
local index, stamp = KEYS[1], redis.pcall('GET', KEYS[2])
if type(stamp) ~= 'string' then stamp = '' end
local from = '(' .. at(now)
local number = redis.call('ZCOUNT', index, from, '+inf')
if stamp == ARGV[1] and number == tonumber(ARGV[2]) then return false end
local found = { stamp, tostring(number) }
for _, id in ipairs(redis.call('ZRANGEBYSCORE', index, from, '+inf')) do
  local size = redis.pcall('HSTRLEN', ARGV[3] .. id, 'record')
  if type(size) ~= 'number' then
    size = -1
  end
  if size ~= 0 then
    found[#found + 1] = id
    found[#found + 1] = tostring(size)
    found[#found + 1] = size > 0 and size <= ${LARGEST_ENTRY} and redis.call('HGET', ARGV[3] .. id, 'record') or ''
  end
end
return found
`);

/** Removes what is left of the dead of one service. Keys and first arguments: index, stamp, services; what entries begin with, service. */
export const CLEAN = new Script(`${NOW}
local index, services = KEYS[1], KEYS[3]
local dead = redis.call('ZRANGEBYSCORE', index, '-inf', at(now))
for _, id in ipairs(redis.call('ZRANGEBYSCORE', index, '(' .. at(now), '+inf')) do
  if redis.call('EXISTS', ARGV[1] .. id) == 0 then dead[#dead + 1] = id end
end
for _, id in ipairs(dead) do
  redis.call('DEL', ARGV[1] .. id)
  redis.call('ZREM', index, id)
end
if redis.call('ZCARD', index) == 0 then redis.call('ZREM', services, ARGV[2]) end
return #dead
`);
