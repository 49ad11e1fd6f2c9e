/**
 * Hands items over in groups. Whoever is alone waits for nobody. Whoever comes while a group is under way, or right after
 * one, waits for this turn of the event loop to end, and shares a group with all who come until then.
 *
 * @param flush must not throw
 * @param most items in one group
 */
export function createGatherer<Item>(flush: (items: Item[]) => Promise<void>, most: number): (item: Item) => void {
  let waiting: Item[] = []
  let isUnderWay = false
  let wasShared = false
  // A database in this process answers within the turn: without this, each caller of a turn would seem to be alone.
  let isSameTurn = false

  async function flushNext(): Promise<void> {
    const group = waiting
    waiting = group.length > most ? group.splice(most) : []
    wasShared = group.length > 1
    await flush(group)
    if (waiting.length > 0) setImmediate(flushNext)
    else isUnderWay = false
  }

  return (item) => {
    waiting.push(item)
    if (isUnderWay) return
    isUnderWay = true
    if (wasShared || isSameTurn) {
      setImmediate(flushNext)
      return
    }
    isSameTurn = true
    setImmediate(() => {
      isSameTurn = false
    })
    void flushNext()
  }
}
