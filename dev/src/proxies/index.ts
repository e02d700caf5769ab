export { FaultProxy, type ProxyFault } from './fault-proxy.ts'
export { Tinyproxy, type TinyproxyOptions } from './tinyproxy.ts'
