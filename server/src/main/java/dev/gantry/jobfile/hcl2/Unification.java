package dev.gantry.jobfile.hcl2;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Gives the elements of a collection one type, as HCL does where it makes a list, set or map of values of several types: with
 * a text among them, numbers and booleans become texts; lists and maps become alike element by element. Null is of any type.
 *
 * <p>The source of these rules: {@code unify.go} of <a
 * href="https://github.com/zclconf/go-cty/tree/main/cty/convert">cty</a>.
 */
final class Unification {

    private Unification() {}

    /**
     * Unifies values.
     *
     * @return the values in the same order, of one type; empty if they have none in common
     */
    static Optional<List<Datum>> of(List<Datum> values) {
        List<Datum> known = values.stream().filter(value -> !isNull(value)).toList();
        Optional<List<Datum>> unified = unified(known);
        if (unified.isEmpty() || known.size() == values.size()) {
            return unified;
        }
        Iterator<Datum> next = unified.get().iterator();
        return Optional.of(values.stream()
                .map(value -> isNull(value) ? value : next.next())
                .toList());
    }

    private static Optional<List<Datum>> unified(List<Datum> values) {
        boolean areAlike = values.stream().map(Datum::getClass).distinct().count() <= 1;
        if (areAlike) {
            return values.stream().allMatch(Unification::isPlain) ? Optional.of(values) : compound(values);
        }
        boolean areTexts = values.stream().allMatch(Unification::isPlain)
                && values.stream().anyMatch(Datum.Text.class::isInstance);
        return areTexts ? Optional.of(values.stream().map(Unification::text).toList()) : Optional.empty();
    }

    private static boolean isNull(Datum value) {
        return value instanceof Datum.Null;
    }

    private static boolean isPlain(Datum value) {
        return !(value instanceof Datum.Sequence) && !(value instanceof Datum.Table);
    }

    private static Datum text(Datum value) {
        if (value instanceof Datum.Numeral number) {
            return Datum.text(number.literal());
        }
        return value instanceof Datum.Bool bool ? Datum.text(Boolean.toString(bool.value())) : value;
    }

    /** Unifies lists of one length place by place, and maps with the same keys key by key; others with all their elements. */
    private static Optional<List<Datum>> compound(List<Datum> values) {
        List<List<Datum>> rows = values.stream().map(Unification::parts).toList();
        return (areAligned(values) ? columns(rows) : all(rows)).map(unified -> {
            List<Datum> results = new ArrayList<>();
            for (int i = 0; i < values.size(); i++) {
                results.add(withParts(values.get(i), unified.get(i)));
            }
            return results;
        });
    }

    private static boolean areAligned(List<Datum> values) {
        Stream<Object> shapes = values.stream()
                .map(value -> value instanceof Datum.Table map
                        ? map.entries().keySet()
                        : ((Datum.Sequence) value).elements().size());
        return values.stream().noneMatch(value -> value instanceof Datum.Sequence list && list.isSet())
                && shapes.distinct().count() == 1;
    }

    private static List<Datum> parts(Datum value) {
        return value instanceof Datum.Table map
                ? List.copyOf(DatumOrder.sorted(map).values())
                : ((Datum.Sequence) value).elements();
    }

    private static Datum withParts(Datum value, List<Datum> parts) {
        if (value instanceof Datum.Sequence list) {
            return list.isSet() ? Datum.Sequence.setOf(parts) : Datum.Sequence.of(parts);
        }
        Map<String, Datum> entries = new LinkedHashMap<>();
        Iterator<Datum> next = parts.iterator();
        DatumOrder.sorted((Datum.Table) value).keySet().forEach(key -> entries.put(key, next.next()));
        return Datum.Table.of(entries);
    }

    private static Optional<List<List<Datum>>> columns(List<List<Datum>> rows) {
        List<List<Datum>> unified =
                rows.stream().map(row -> (List<Datum>) new ArrayList<Datum>()).toList();
        for (int i = 0; i < rows.get(0).size(); i++) {
            int place = i;
            Optional<List<Datum>> column =
                    of(rows.stream().map(row -> row.get(place)).toList());
            if (column.isEmpty()) {
                return Optional.empty();
            }
            for (int row = 0; row < rows.size(); row++) {
                unified.get(row).add(column.get().get(row));
            }
        }
        return Optional.of(unified);
    }

    private static Optional<List<List<Datum>>> all(List<List<Datum>> rows) {
        return of(rows.stream().flatMap(List::stream).toList()).map(unified -> {
            Iterator<Datum> next = unified.iterator();
            return rows.stream()
                    .map(row -> row.stream().map(part -> next.next()).toList())
                    .toList();
        });
    }
}
