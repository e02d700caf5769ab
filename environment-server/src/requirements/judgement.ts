/** How this machine suits something: `missing` keeps the server or apps from working, `advice` may become a problem. */
export type Judgement = { state: 'good' | 'advice' | 'missing'; sentence: string }
