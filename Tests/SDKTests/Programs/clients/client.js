// Asks the cluster as one of Node's clients does, until SIGTERM; then tells how that went.
const http = require('node:http')

const { KEEPER_URL: url, KEEPER_KEY: key, APPID: appid, WECHAT_URL: wechat, CLASSES: classes } = process.env
const pause = 250

// Each gives the text of a good answer.
const exchanges = {
  async fetch (method, path, headers, body, limit) {
    const response = await fetch(url + path, { method, headers, body, signal: AbortSignal.timeout(limit) })
    if (!response.ok) throw new Error(`status ${response.status}`)
    return response.text()
  },

  http: (method, path, headers, body, limit) => new Promise((resolve, reject) => {
    const request = http.request(url + path, { method, headers, timeout: limit }, async response => {
      try {
        let text = ''
        for await (const part of response) text += part
        if (response.statusCode !== 200) throw new Error(`status ${response.statusCode}`)
        resolve(text)
      } catch (error) { reject(error) }
    })
    request.on('timeout', () => request.destroy(new Error('no answer in time')))
    request.on('error', reject)
    request.end(body)
  })
}

/** Every way in, over one exchange. */
function plain (exchange) {
  const token = async (...question) => JSON.parse(await exchange(...question)).access_token
  const bearer = { authorization: `Bearer ${key}` }
  const json = { 'content-type': 'application/json' }
  const login = { grant_type: 'client_credential', appid, secret: key }
  return {
    ways: [
      () => token('GET', `/token?${new URLSearchParams({ appid })}`, bearer, undefined, 5000),
      () => token('GET', `/cgi-bin/token?${new URLSearchParams(login)}`, {}, undefined, 5000),
      () => token('POST', '/cgi-bin/stable_token', json, JSON.stringify(login), 5000)
    ],
    refresh: refused => token(
      'POST', '/token/refresh', { ...bearer, ...json }, JSON.stringify({ appid, access_token: refused }), 20000)
  }
}

/** The class of the page, made anew every few rounds, because it asks about once a minute. */
function ofTheClass () {
  const { Keeper } = require(`${classes}/keeper.js`)
  let made
  let rounds = 0
  return {
    ways: [() => {
      if (rounds++ % 5 === 0) made = new Keeper(url, key, appid)
      return made.token()
    }],
    refresh: refused => made.refresh(refused)
  }
}

const account = { calls: 0, slowest: 0, held: 0 }
const tokens = new Set()
const errors = []

/** Makes one call; a token, or nothing if it failed. */
async function of (time, call, ...refused) {
  account.calls++
  const start = performance.now()
  try {
    const token = await call(...refused)
    account[time] = Math.max(account[time], Math.round(performance.now() - start))
    tokens.add(token)
    return token
  } catch (error) {
    errors.push(`${error.name}: ${error.message}: ${error.cause ?? ''}`.split('?')[0]) // a secret may stand behind it
  }
}

async function isRefused (token) {
  const response = await fetch(`${wechat}/cgi-bin/get_api_domain_ip?access_token=${token}`)
  return ((await response.json()).errcode ?? 0) !== 0
}

async function main () {
  const client = process.argv[2] === 'class' ? ofTheClass() : plain(exchanges[process.argv[2]])
  let running = true
  let hasBegun = false
  process.on('SIGTERM', () => { running = false })
  while (running) {
    let token
    for (const way of client.ways) token = await of('slowest', way)
    if (token && await isRefused(token)) {
      token = await of('held', client.refresh, token)
      if (token && await isRefused(token)) errors.push('WeChat refuses the next token too')
    }
    if (!hasBegun) account.slowest = 0 // the first round loads libraries
    hasBegun = true
    console.log('round')
    await new Promise(resolve => setTimeout(resolve, pause))
  }
  console.log(JSON.stringify(
    { ...account, failed: errors.length, tokens: tokens.size, errors: errors.slice(0, 3) }))
  process.exit()
}

main()
