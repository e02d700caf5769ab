import { expect, test } from 'vitest'
import { proxyEnvironment, proxyParameters } from './proxy-parameters.ts'

const site = { host: 'proxy.site', port: 3128, username: 'server', password: 'of the site' }
const guard = { host: '127.0.0.1', port: 40_000, credentials: { username: 'postern', password: 'of one run' } } as const
const url = 'https://hub:8443'

test('ES-18: an app is told which calls go through a proxy, and that the proxy is the egress guard; never the password of the site', () => {
  const told = proxyParameters({ api: { url, proxy: site }, external: undefined }, guard)
  expect(told).toEqual({
    tc_proxy_tc: true,
    tc_proxy_external: false,
    tc_proxy_host: '127.0.0.1',
    tc_proxy_port: 40_000,
    tc_proxy_username: 'postern',
    tc_proxy_password: 'of one run',
  })
  const { credentials: _none, ...own } = guard
  expect(proxyParameters({ api: { url, proxy: undefined }, external: site }, own)).toEqual({
    tc_proxy_tc: false,
    tc_proxy_external: true,
    tc_proxy_host: '127.0.0.1',
    tc_proxy_port: 40_000,
  })
  expect(proxyParameters({ api: { url, proxy: site }, external: site }, undefined)).toEqual({
    tc_proxy_tc: true,
    tc_proxy_external: true,
  })
  expect(proxyParameters({ api: { url, proxy: undefined }, external: undefined }, guard)).toEqual({})
})

test('ES-18: clients that look into the environment find the egress guard there', () => {
  const address = 'http://postern:of one run@127.0.0.1:40000'
  const names = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy']
  expect(proxyEnvironment(guard)).toEqual(Object.fromEntries(names.map((name) => [name, address])))
  expect(proxyEnvironment(undefined)).toEqual({})
})
