package dev.gantry.jobfile.hcl2;

import dev.gantry.jobfile.hcl.Excerpt;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Functions on lists, sets and maps. Where elements are only moved, what is known only when the job runs may be. */
final class CollectionFunctions {

    private static final int ANY = Integer.MAX_VALUE;

    private CollectionFunctions() {}

    static void addTo(Functions.Table table) {
        table.add("length", 1, CollectionFunctions::length);
        table.add("element", 2, CollectionFunctions::element);
        table.add("index", 2, CollectionFunctions::index);
        table.add("contains", 2, a -> {
            Evaluator.requireKnown(a.any(1), a.positionOf(1));
            return new Datum.Bool(canonical(a.list(0)).contains(a.any(1).canonical()));
        });
        table.add("concat", 1, ANY, a -> {
            List<Datum> all = new ArrayList<>();
            for (int i = 0; i < a.count(); i++) {
                all.addAll(a.list(i));
            }
            return Datum.Sequence.of(all);
        });
        table.add("reverse", 1, a -> {
            if (a.any(0) instanceof Datum.Text) {
                return Datum.text(Graphemes.reversed(a.segmented(0)));
            }
            List<Datum> reversed = new ArrayList<>(a.list(0));
            Collections.reverse(reversed);
            return Datum.Sequence.of(reversed);
        });
        table.add("slice", 3, a -> {
            List<Datum> list = a.list(0);
            int to = a.integer(2, 0, list.size());
            return Datum.Sequence.of(list.subList(a.integer(1, 0, to), to));
        });
        table.add(
                "sort",
                1,
                a -> Datum.Sequence.of(a.texts(0).stream()
                        .sorted(DatumOrder.OF_TEXTS)
                        .map(Datum::text)
                        .toList()));
        table.add("distinct", 1, a -> Datum.Sequence.of(Datum.Sequence.distinct(a.alike(a.list(0)))));
        table.add(
                "compact",
                1,
                a -> Datum.Sequence.of(a.list(0).stream()
                        .filter(element -> !(element instanceof Datum.Null) && !element.equals(Datum.text("")))
                        .toList()));
        table.add("flatten", 1, a -> {
            List<Datum> flat = new ArrayList<>();
            flatten(a.list(0), flat);
            return Datum.Sequence.of(flat);
        });
        table.add("chunklist", 2, CollectionFunctions::chunks);
        table.add("range", 1, 3, CollectionFunctions::range);
        table.add("coalesce", 1, ANY, CollectionFunctions::coalesce);
        table.add("coalescelist", 1, ANY, CollectionFunctions::coalesceList);
        table.add(
                "keys",
                1,
                a -> Datum.Sequence.of(DatumOrder.sorted(a.table(0)).keySet().stream()
                        .map(Datum::text)
                        .toList()));
        table.add(
                "values",
                1,
                a -> Datum.Sequence.of(List.copyOf(DatumOrder.sorted(a.table(0)).values())));
        table.add("lookup", 2, 3, CollectionFunctions::lookup);
        table.add("merge", 0, ANY, CollectionFunctions::merge);
        table.add("zipmap", 2, CollectionFunctions::zip);
        table.add(
                "setunion",
                1,
                ANY,
                a -> Datum.Sequence.setOf(
                        a.alikeLists().stream().flatMap(List::stream).toList()));
        table.add("setintersection", 1, ANY, a -> {
            List<List<Datum>> lists = a.alikeLists();
            List<Datum> kept = new ArrayList<>(lists.get(0));
            for (List<Datum> list : lists) {
                Set<String> other = canonical(list);
                kept.removeIf(element -> !other.contains(element.canonical()));
            }
            return Datum.Sequence.setOf(kept);
        });
        table.add("setsubtract", 2, a -> {
            List<List<Datum>> lists = a.alikeLists();
            Set<String> other = canonical(lists.get(1));
            return Datum.Sequence.setOf(lists.get(0).stream()
                    .filter(element -> !other.contains(element.canonical()))
                    .toList());
        });
        table.add("setproduct", 1, ANY, CollectionFunctions::product);
        table.add("toset", 1, a -> Datum.Sequence.setOf(a.alike(a.list(0))));
        table.add("tolist", 1, a -> Datum.Sequence.of(a.alike(a.list(0))));
    }

    private static Set<String> canonical(List<Datum> list) {
        Set<String> elements = new HashSet<>();
        list.forEach(element -> elements.add(element.canonical()));
        return elements;
    }

    private static Datum length(Arguments a) {
        if (a.any(0) instanceof Datum.Table table) {
            return Datum.Numeral.of(table.entries().size());
        }
        if (a.any(0) instanceof Datum.Text) {
            return Datum.Numeral.of(Graphemes.count(a.segmented(0)));
        }
        return Datum.Numeral.of(a.list(0).size());
    }

    /** Begins again at the end of the list. */
    private static Datum element(Arguments a) {
        List<Datum> list = a.list(0);
        if (list.isEmpty()) {
            throw a.fault(0, "an empty list has no elements");
        }
        return list.get(Math.floorMod(a.integer(1, Integer.MIN_VALUE, Integer.MAX_VALUE), list.size()));
    }

    private static Datum index(Arguments a) {
        List<Datum> list = a.list(0);
        String wanted = a.any(1).canonical();
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i).canonical().equals(wanted)) {
                return Datum.Numeral.of(i);
            }
        }
        throw a.fault(1, "the list has no " + Evaluator.described(a.any(1)));
    }

    private static void flatten(List<Datum> list, List<Datum> flat) {
        for (Datum element : list) {
            if (element instanceof Datum.Sequence inner) {
                flatten(inner.elements(), flat);
            } else {
                flat.add(element);
            }
        }
    }

    private static Datum chunks(Arguments a) {
        List<Datum> list = a.alike(a.list(0));
        int size = a.integer(1, 0, Integer.MAX_VALUE);
        List<Datum> chunks = new ArrayList<>();
        for (int from = 0; from < list.size(); ) {
            int to = size == 0 ? list.size() : (int) Math.min(list.size(), (long) from + size);
            chunks.add(Datum.Sequence.of(list.subList(from, to)));
            from = to;
        }
        return Datum.Sequence.of(chunks);
    }

    private static Datum range(Arguments a) {
        BigDecimal start = a.count() == 1 ? BigDecimal.ZERO : a.number(0);
        BigDecimal end = a.number(a.count() == 1 ? 0 : 1);
        boolean down = end.compareTo(start) < 0;
        BigDecimal step = a.count() == 3 ? a.number(2) : BigDecimal.valueOf(down ? -1 : 1);
        boolean away = (step.signum() < 0) != down && start.compareTo(end) != 0;
        if (step.signum() == 0 || away) {
            throw a.fault(a.count() - 1, "the steps of this range never reach its end");
        }
        List<Datum> numbers = new ArrayList<>();
        for (BigDecimal n = start; down ? n.compareTo(end) > 0 : n.compareTo(end) < 0; n = n.add(step)) {
            a.charge(1L + n.precision());
            numbers.add(Datum.Numeral.of(n));
        }
        return Datum.Sequence.of(numbers);
    }

    private static Datum coalesce(Arguments a) {
        return a.values().stream()
                .filter(value -> !(value instanceof Datum.Null) && !value.equals(Datum.text("")))
                .findFirst()
                .orElseThrow(() -> a.fault(0, "all arguments of coalesce are null or empty"));
    }

    private static Datum coalesceList(Arguments a) {
        for (int i = 0; i < a.count(); i++) {
            if (!(a.any(i) instanceof Datum.Null) && !a.list(i).isEmpty()) {
                return a.any(i);
            }
        }
        throw a.fault(0, "all arguments of coalescelist are null or empty");
    }

    private static Datum lookup(Arguments a) {
        Datum found = a.table(0).entries().get(a.text(1));
        if (found == null && a.count() == 2) {
            throw a.fault(1, "the map has no %s, and there is no third argument".formatted(Excerpt.quoted(a.text(1))));
        }
        return found == null ? a.any(2) : found;
    }

    private static Datum merge(Arguments a) {
        Map<String, Datum> merged = new LinkedHashMap<>();
        for (int i = 0; i < a.count(); i++) {
            if (!(a.any(i) instanceof Datum.Null)) {
                merged.putAll(a.table(i).entries());
            }
        }
        return Datum.Table.of(merged);
    }

    private static Datum zip(Arguments a) {
        List<String> keys = a.texts(0);
        List<Datum> values = a.list(1);
        if (keys.size() != values.size()) {
            throw a.fault(1, "%d keys and %d values".formatted(keys.size(), values.size()));
        }
        Map<String, Datum> zipped = new LinkedHashMap<>();
        for (int i = 0; i < keys.size(); i++) {
            zipped.put(keys.get(i), values.get(i));
        }
        return Datum.Table.of(zipped);
    }

    private static Datum product(Arguments a) {
        List<List<Datum>> tuples = List.of(List.of());
        for (int i = 0; i < a.count(); i++) {
            List<List<Datum>> longer = new ArrayList<>();
            for (List<Datum> tuple : tuples) {
                for (Datum element : a.list(i)) {
                    a.charge(1L + tuple.size() + element.size());
                    List<Datum> extended = new ArrayList<>(tuple);
                    extended.add(element);
                    longer.add(extended);
                }
            }
            tuples = longer;
        }
        return Datum.Sequence.of(tuples.stream().map(Datum.Sequence::of).toList());
    }
}
