package dev.gantry.jobfile.hcl2;

import dev.gantry.jobfile.hcl.Position;
import dev.gantry.jobfile.hcl.TextFaultException;
import java.math.BigDecimal;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The arguments of a call. Their types are checked when a function takes them.
 *
 * @param function the name of the function
 * @param values the arguments
 * @param positions where each is written
 */
record Arguments(String function, List<Datum> values, List<Position> positions, Position position, Budget budget) {

    /** How much work a character is that is divided into {@link Graphemes}. */
    static final long SEGMENTATION = 3;

    int count() {
        return values.size();
    }

    Datum any(int index) {
        return values.get(index);
    }

    Position positionOf(int index) {
        return positions.get(Math.min(index, positions.size() - 1));
    }

    /** Takes a text that is known: a function that passes texts on takes {@link #any}. */
    String text(int index) {
        Datum value = any(index);
        if (value instanceof Datum.Sequence || value instanceof Datum.Table || value instanceof Datum.Null) {
            throw unfit(index, "a text");
        }
        Evaluator.requireKnown(value, positionOf(index));
        return Evaluator.text(value, positionOf(index)).value();
    }

    /** Takes a text that is known and is divided into {@link Graphemes}, which is more work than to look at it. */
    String segmented(int index) {
        String text = text(index);
        charge(SEGMENTATION * text.length());
        return text;
    }

    BigDecimal number(int index) {
        return Evaluator.number(any(index), positionOf(index));
    }

    /** Takes a whole number in a range. */
    int integer(int index, int least, int most) {
        BigDecimal value = number(index);
        boolean fits = value.stripTrailingZeros().scale() <= 0
                && value.compareTo(BigDecimal.valueOf(least)) >= 0
                && value.compareTo(BigDecimal.valueOf(most)) <= 0;
        if (!fits) {
            throw unfit(index, "a whole number from %d to %d".formatted(least, most));
        }
        return value.intValueExact();
    }

    List<Datum> list(int index) {
        if (any(index) instanceof Datum.Sequence list) {
            return list.elements();
        }
        throw unfit(index, "a list");
    }

    /** Takes a list of known texts. */
    List<String> texts(int index) {
        return list(index).stream()
                .map(element -> {
                    Evaluator.requireKnown(element, positionOf(index));
                    return Evaluator.text(element, positionOf(index)).value();
                })
                .toList();
    }

    /** Gives elements one type, as in a list of HCL. */
    List<Datum> alike(List<Datum> elements) {
        return Unification.of(elements)
                .orElseThrow(() -> fault(0, "the elements must be of one type: put them in quotes"));
    }

    /** Takes all arguments as lists, and gives the elements of all of them one type. */
    List<List<Datum>> alikeLists() {
        List<Datum> all = IntStream.range(0, count())
                .mapToObj(this::list)
                .flatMap(List::stream)
                .toList();
        Iterator<Datum> next = alike(all).iterator();
        return IntStream.range(0, count())
                .mapToObj(i -> list(i).stream().map(element -> next.next()).toList())
                .toList();
    }

    Datum.Table table(int index) {
        if (any(index) instanceof Datum.Table table) {
            return table;
        }
        throw unfit(index, "a map");
    }

    /** Takes work from the budget before it is done. */
    void charge(long work) {
        budget.charge(work, position);
    }

    TextFaultException unfit(int index, String wanted) {
        return fault(
                index,
                "argument %d of %s must be %s, not %s"
                        .formatted(index + 1, function, wanted, Evaluator.described(any(index))));
    }

    TextFaultException fault(int index, String message) {
        return new TextFaultException(positionOf(index), message);
    }
}
