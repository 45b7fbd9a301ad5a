// Starts the npm package `emulate` as one of its services and prints its URL, as `emulate start --service` would; but
// that asks for a port to be named, and here the system gives a free one.
// node emulate.mjs <the package's main module> <service> <seed, as JSON>
const [main, service, seed] = process.argv.slice(2)
const { createEmulator } = await import(main)
const { url } = await createEmulator({ service, port: 0, seed: { [service]: JSON.parse(seed) } })
console.log(url)
