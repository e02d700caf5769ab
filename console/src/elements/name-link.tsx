import { createLink } from '@tanstack/react-router'
import type { ComponentPropsWithRef } from 'react'
import { plainText } from '../format/text-pieces.ts'
import { classNames } from './class-names.ts'
import classes from './name-link.module.css'
import { PlainText } from './plain-text.tsx'

/**
 * The name of a row, leading to the page of what it names; cut after two lines, whole in its title. It takes what a `Link`
 * takes, and `text`. Out of the tab order: a table's rows are reached by arrows and opened by Enter.
 */
export const NameLink = createLink(NameAnchor)

interface NameAnchorProps extends Omit<ComponentPropsWithRef<'a'>, 'children' | 'title'> {
  /** As somebody else wrote it; it is only ever shown, never an address (S13). */
  text: string
  /** Values are set in the font of code and break anywhere. */
  isCode?: boolean
  /** Leads elsewhere than the row does, as to whose word it is. */
  isAside?: boolean
}

function NameAnchor({ text, isCode = false, isAside = false, className, ...anchor }: NameAnchorProps) {
  return (
    <a
      tabIndex={-1}
      {...anchor}
      className={classNames(classes['name'], isCode && classes['code'], isAside && classes['aside'], className)}
      title={plainText(text)}
    >
      <PlainText text={text} />
    </a>
  )
}
