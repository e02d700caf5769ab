import { GateLogo } from '../app/gate-logo.tsx'
import classes from './gate-page.module.css'

/** The pages before the gate: signing in and setting up. */
export function GatePage({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div className={classes['page']}>
      <header className={classes['brand']}>
        <GateLogo size={54} />
        <p className={classes['name']}>Postern</p>
        <p className={classes['motto']}>
          Intelligence goes out through the small gate.
          <br />
          Nobody comes in.
        </p>
      </header>
      <main className={classes['card']}>
        <h1 className={classes['title']}>{title}</h1>
        {children}
      </main>
    </div>
  )
}
