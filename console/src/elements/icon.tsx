const shapes = {
  tick: 'M3.5 8.5l3 3 6-7',
  cross: 'M4 4l8 8M12 4l-8 8',
  half: 'M8 2.5v11M8 2.5a5.5 5.5 0 1 0 0 11',
  clock: 'M8 4.5V8l2.5 1.5M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2z',
  play: 'M5 3.5l7 4.5-7 4.5z',
  stop: 'M4.5 4.5h7v7h-7z',
  send: 'M2.5 8h10M9 4.5L12.5 8 9 11.5',
  barred: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM3.8 3.8l8.4 8.4',
  question: 'M5.8 6a2.2 2.2 0 1 1 3.4 1.9c-.8.5-1.2.9-1.2 1.8M8 12.4v.1',
  warning: 'M8 2.5l6 10.5H2zM8 6.5v3M8 11.3v.1',
  differs: 'M3 6h10M3 10h10M10.5 3l-5 10',
  unseen: 'M2 8s2.2-4 6-4 6 4 6 4-2.2 4-6 4-6-4-6-4zM3 13L13 3',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  retry: 'M13 8a5 5 0 1 1-1.6-3.7M13 2.5v3h-3',
  search: 'M7 2.8a4.2 4.2 0 1 0 0 8.4 4.2 4.2 0 0 0 0-8.4zM10.2 10.2l3.3 3.3',
  down: 'M8 3v9M4 8.5L8 12.5l4-4',
  sun: 'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM8 1.5v1.4M8 13.1v1.4M1.5 8h1.4M13.1 8h1.4M3.4 3.4l1 1M11.6 11.6l1 1M3.4 12.6l1-1M11.6 4.4l1-1',
  moon: 'M13 9.6A5.5 5.5 0 0 1 6.4 3a5.5 5.5 0 1 0 6.6 6.6z',
  screen: 'M2 3.5h12v7.5H2zM5.5 13.5h5M8 11v2.5',
  indicators: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM8 8h.1',
  runs: 'M2.5 4h11M2.5 8h11M2.5 12h7',
  keyboard: 'M1.8 4.5h12.4v7H1.8zM4.5 7h.1M7 7h.1M9.5 7h.1M11.8 7h.1M5 9.4h6',
  leave: 'M6.5 3H3v10h3.5M9.5 5l3 3-3 3M12.5 8H6',
  servers: 'M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5h.1M5 11h.1',
  job: 'M3 4.5h10v8H3zM6 4.5v-2h4v2M3 8.5h10',
  receipt: 'M4 2.5h8v11l-2-1.3-2 1.3-2-1.3-2 1.3zM6 6h4M6 8.5h4',
  more: 'M8 3.5h.1M8 8h.1M8 12.5h.1',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  pencil: 'M3 13l.6-2.6L10.8 3.2l2 2L5.6 12.4zM9.5 4.5l2 2',
  groups: 'M2.5 2.5h4.5v4.5h-4.5zM9 9h4.5v4.5h-4.5zM7 4.7h4.2V9',
  collection: 'M2.5 3h11L9.5 8.2V13l-3-1.6V8.2z',
  owner: 'M8 2.5a2.6 2.6 0 1 0 0 5.2 2.6 2.6 0 0 0 0-5.2zM3 13.5c.5-2.6 2.4-3.9 5-3.9s4.5 1.3 5 3.9',
  chart: 'M2.5 13.5h11M4.5 11V8M8 11V3.5M11.5 11V6',
  reader: 'M2.5 4h11v8h-11zM5 8h6M8.8 5.8L11 8 8.8 10.2',
  upload: 'M8 11V3M4.5 6.2L8 2.8l3.5 3.400M3 13.2h10',
  attribute: 'M2.5 3.5h11M2.5 6.5h5M2.5 9.5h11M2.5 12.5h7',
  app: 'M8 2l5.2 3v6L8 14l-5.2-3V5zM2.8 5L8 8l5.2-3M8 8v6',
  settings: 'M2.5 5h5M11.5 5h2M2.5 11h2M8.5 11h5M9.5 3a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM6.5 9a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
  bell: 'M3.5 11.5h9l-1.2-1.8V7a3.3 3.3 0 0 0-6.6 0v2.7zM6.8 13.5h2.4M8 3.7V2.5',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
} as const

export type IconName = keyof typeof shapes

/** A line icon, 16 by 16. Always beside a word or inside a labelled button, so it is hidden from readers. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" fill="none" aria-hidden="true" focusable="false">
      <path d={shapes[name]} stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  )
}
