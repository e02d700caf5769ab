import { canonicalise, quoteTql } from '@postern/intel'
import { IndicatorPage, type IndicatorDetail, type IndicatorLink, type IndicatorSeparation } from '@postern/protocol'
import { useState } from 'react'
import { api, ApiProblem } from '../api/api.ts'
import { indicatorKeys } from '../api/indicator-queries.ts'
import { paths } from '../api/paths.ts'
import { useWrite } from '../api/use-write.ts'
import { ConfirmDialog } from '../elements/confirm-dialog.tsx'
import { ChoiceField } from '../elements/choice-field.tsx'
import { nameChoices, notChosen } from '../elements/choices.ts'
import form from '../elements/form.module.css'
import { FormDialog } from '../elements/form-dialog.tsx'
import { leftEmpty } from '../elements/left-empty.ts'
import { PlainText } from '../elements/plain-text.tsx'
import { TextField } from '../elements/text-field.tsx'

interface LinkHashDialogProps {
  indicator: IndicatorDetail
  onClose: () => void
}

/** That another hash is of the same file, by the word of an owner that has both (D2). */
export function LinkHashDialog({ indicator, onClose }: LinkHashDialogProps) {
  const [hash, setHash] = useState('')
  const owners = indicator.assertions.map(({ ownerName }) => ({ name: ownerName }))
  const [owner, setOwner] = useState(soleOf(owners.map(({ name }) => name)))
  const read = canonicalise('File', hash.trim())
  const link = useWrite({
    write: async () => {
      const linkedId = await idOfHash(read.ok ? read.value : hash.trim())
      await api(paths.indicatorLink(indicator.id, linkedId), { method: 'PUT', query: { owner } })
    },
    said: 'The hashes are of one file now',
    touches: [indicatorKeys.all],
    onDone: onClose,
  })
  return (
    <FormDialog
      title="Link another hash of this file"
      confirm="Link the hash"
      mistakes={{
        ...(!read.ok && { hash: read.message }),
        ...leftEmpty({ hash: [hash, 'Write the other hash.'], owner: [owner, 'Choose by whose word.'] }),
      }}
      onClose={onClose}
      action={link}
    >
      <p className={form['hint']}>
        Both are shown as one file from then on, with all hashes that this owner has linked with either. Each stays an
        indicator of its own.
      </p>
      <TextField
        name="hash"
        label="The other hash"
        hint="MD5, SHA-1 or SHA-256; the library has it already, by the word of the same owner."
        isRequired
        isFirst
        isCode
        lengthMax={200}
        value={hash}
        onChange={setHash}
      />
      <ChoiceField
        name="owner"
        label="By the word of"
        isRequired
        value={owner}
        choices={[notChosen, ...nameChoices(owners)]}
        onChange={setOwner}
      />
    </FormDialog>
  )
}

interface SeparateDialogProps {
  indicator: IndicatorDetail
  link: IndicatorLink
  onClose: () => void
}

/** Takes a link back, whatever its owner sends later. */
export function SeparateDialog({ indicator, link, onClose }: SeparateDialogProps) {
  const [owner, setOwner] = useState(soleOf(link.owners))
  const separate = useWrite({
    write: () =>
      api(paths.indicatorLink(indicator.id, link.id), { method: 'DELETE', query: { owner, kind: link.kind } }),
    said: 'The two are separated',
    touches: [indicatorKeys.all],
    onDone: onClose,
  })
  return (
    <FormDialog
      title="Separate these two?"
      confirm="Separate them"
      isDangerous
      mistakes={leftEmpty({ owner: [owner, 'Choose whose link is taken back.'] })}
      onClose={onClose}
      action={separate}
    >
      <p>
        <PlainText text={indicator.value} /> and <PlainText text={link.value} /> are no longer joined as{' '}
        <PlainText text={link.kind} /> by this owner’s word, whatever it sends from now on. Both stay in the library,
        and so do their links with others.
      </p>
      <p>
        That stands on the pages of both, where whoever joins the two again puts it back. It ends, too, when the owner
        deletes one of the two.
      </p>
      <ChoiceField
        name="owner"
        label="By the word of"
        isRequired
        isFirst
        value={owner}
        choices={[notChosen, ...nameChoices(link.owners.map((name) => ({ name })))]}
        onChange={setOwner}
      />
    </FormDialog>
  )
}

interface JoinAgainDialogProps {
  indicator: IndicatorDetail
  separation: IndicatorSeparation
  onClose: () => void
}

/** Takes a separation back: the owner's word holds again as it was. */
export function JoinAgainDialog({ indicator, separation, onClose }: JoinAgainDialogProps) {
  const { id, value, kind, owner } = separation
  const join = useWrite({
    write: () => api(paths.indicatorLink(indicator.id, id), { method: 'PUT', query: { owner, kind } }),
    said: 'The two are joined again',
    touches: [indicatorKeys.all],
    onDone: onClose,
  })
  return (
    <ConfirmDialog
      title="Join these two again?"
      confirm="Join them again"
      keep="Keep them apart"
      open
      onClose={onClose}
      action={join}
    >
      <p>
        By the word of <PlainText text={owner} />, <PlainText text={indicator.value} /> and <PlainText text={value} />{' '}
        are joined as <PlainText text={kind} /> from then on, as they were before somebody separated them.
      </p>
    </ConfirmDialog>
  )
}

function soleOf(names: readonly string[]): string {
  return names.length === 1 ? (names[0] ?? '') : ''
}

/** @throws {ApiProblem} where no owner asserts it */
async function idOfHash(value: string): Promise<string> {
  const tql = `typeName = "File" and summary = ${quoteTql(value)}`
  const { data } = await api(paths.indicators, { query: { tql, limit: 1 }, reply: IndicatorPage })
  const [found] = data
  if (found !== undefined) return found.id
  throw new ApiProblem({
    code: 'not-found',
    title: 'The hash was not linked',
    detail: 'hash: no owner has it. Add it to the library first, in the name of the owner that has this one.',
  })
}
