// Runs in the page: texts in sight whose contrast with what lies behind them is under 4.5 to 1 (WCAG 2.2, 1.4.3).
;(() => {
  const least = 4.5
  const found = []
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) {
    const text = texts.currentNode.textContent.trim()
    const element = texts.currentNode.parentElement
    if (text === '' || element.closest('style, script, .only-heard')) continue
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue
    const background = backgroundOf(element)
    const ratio = contrast(over(read(getComputedStyle(element).color), background), background)
    if (ratio < least)
      found.push(`${ratio.toFixed(2)} “${text.slice(0, 40)}” in ${element.tagName} ${element.className}`)
  }
  return found

  function read(css) {
    const [red = 0, green = 0, blue = 0, alpha = 1] = (css.match(/[\d.]+/g) ?? []).map(Number)
    return { red, green, blue, alpha }
  }

  function over(above, below) {
    const mix = (channel) => above[channel] * above.alpha + below[channel] * (1 - above.alpha)
    return { red: mix('red'), green: mix('green'), blue: mix('blue'), alpha: 1 }
  }

  function backgroundOf(element) {
    const layers = []
    for (let at = element; at; at = at.parentElement) {
      const color = read(getComputedStyle(at).backgroundColor)
      layers.push(color)
      if (color.alpha === 1) break
    }
    return layers.reduceRight((below, color) => over(color, below), { red: 255, green: 255, blue: 255, alpha: 1 })
  }

  function contrast(one, other) {
    const [darker, lighter] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
    return (lighter + 0.05) / (darker + 0.05)
  }

  function luminance({ red, green, blue }) {
    const [r, g, b] = [red, green, blue].map((channel) => {
      const share = channel / 255
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
})()
