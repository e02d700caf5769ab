/** A reader of CSV by RFC 4180, section 2, written for the tests apart from the escaper; throws where the grammar is broken. */
export function readCsvRecords(csv: string, separator = ','): string[][] {
  const records: string[][] = [[]]
  let index = 0
  while (index < csv.length) {
    const record = records.at(-1) ?? []
    let field = ''
    if (csv[index] === '"') {
      index++
      for (;;) {
        if (index >= csv.length) throw new Error('a quoted field is never closed')
        if (csv[index] !== '"') field += csv[index++]
        else if (csv[index + 1] === '"') {
          field += '"'
          index += 2
        } else break
      }
      index++
    } else {
      while (index < csv.length && csv[index] !== separator && csv[index] !== '\r' && csv[index] !== '\n') {
        if (csv[index] === '"') throw new Error('a quote stands in a field without quotes')
        field += csv[index++]
      }
    }
    record.push(field)
    if (csv[index] === separator) index++
    else if (csv.startsWith('\r\n', index)) {
      index += 2
      if (index < csv.length) records.push([])
    } else throw new Error(`neither a separator nor a line end at ${index}`)
  }
  return records
}
