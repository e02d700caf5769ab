/** The small arched gate of Postern, in brass. Decoration: the name stands beside it. */
export function GateLogo({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" fill="none" aria-hidden="true" focusable="false">
      <path d="M7 27V14.5a9 9 0 0 1 18 0V27" stroke="var(--brass)" strokeWidth="2.4" strokeLinecap="round" />
      <path d="M11.8 27V15a4.2 4.2 0 0 1 8.4 0v12z" fill="var(--brass)" />
      <path d="M4 27h24" stroke="var(--brass)" strokeWidth="2.4" strokeLinecap="round" />
      <circle cx="17.9" cy="20.6" r="1" fill="var(--rail)" />
    </svg>
  )
}
