/// A binary heap: the least element is always the first, and none is less than its parent.
struct Heap<Element: Comparable> {
    private var elements: [Element] = []

    init() {}

    init(_ elements: some Sequence<Element>) {
        self.elements = elements.sorted()  // which is a heap as well
    }

    var count: Int { elements.count }
    var first: Element? { elements.first }

    mutating func insert(_ element: Element) {
        elements.append(element)
        var place = elements.count - 1
        while place > 0, elements[place] < elements[(place - 1) / 2] {
            elements.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    mutating func removeFirst() {
        elements.swapAt(0, elements.count - 1)
        elements.removeLast()
        var place = 0
        while let child = lesserChild(of: place), elements[child] < elements[place] {
            elements.swapAt(place, child)
            place = child
        }
    }

    private func lesserChild(of place: Int) -> Int? {
        let left = 2 * place + 1
        let right = left + 1
        guard left < elements.count else { return nil }
        return right < elements.count && elements[right] < elements[left] ? right : left
    }
}
