package dev.gantry.jobfile;

import static java.util.stream.Collectors.groupingBy;

import com.google.protobuf.Duration;
import dev.gantry.jobfile.hcl.Excerpt;
import dev.gantry.jobfile.hcl.Faults;
import dev.gantry.jobfile.hcl.HclItem;
import dev.gantry.jobfile.hcl.HclName;
import dev.gantry.jobfile.hcl.HclValue;
import dev.gantry.jobfile.hcl.HclValue.Body;
import dev.gantry.jobfile.hcl.Position;
import dev.gantry.jobfile.hcl.TextFaultException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One block of a job file. Its keys are validated; values are read by key. A fault is kept, and what is at fault reads as
 * left out, so that one run finds all faults.
 *
 * @param position where it begins
 * @param name its label; empty for a kind of block that has none
 * @param items what it holds by key, without unknown keys: a job may have many groups, each of which asks for keys of the job
 * @param faults takes what is wrong
 */
record Block(Position position, String name, Map<String, List<HclItem>> items, Faults faults) {

    /** Reads a block without a label; throws if it is none. */
    static Block unnamed(HclItem item, Keys keys, Faults faults) {
        return of(item, "", unlabelled(item), keys, faults);
    }

    /** Reads a block with one label; throws if it has another number of them. */
    private static Block named(HclItem item, Keys keys, Faults faults) {
        Body body = body(item);
        String kind = keys.kind();
        if (item.labels().isEmpty()) {
            throw new TextFaultException(item.position(), "%s needs a name: %1$s \"NAME\" { … }".formatted(kind));
        }
        if (item.labels().size() > 1) {
            throw new TextFaultException(
                    item.labels().get(1).position(), "%s takes one name: take the rest out".formatted(kind));
        }
        HclName label = item.labels().get(0);
        if (label.text().isBlank()) {
            throw new TextFaultException(
                    label.position(), "the name of %s is empty: give it one".formatted(Excerpt.a(kind)));
        }
        return of(item, label.text(), body, keys, faults);
    }

    private static Block of(HclItem item, String name, Body body, Keys keys, Faults faults) {
        Map<String, List<HclItem>> known = body.items().stream()
                .filter(inner -> faults.attempt(() -> {
                            keys.check(inner);
                            return inner;
                        })
                        .isPresent())
                .collect(groupingBy(inner -> inner.name().text()));
        return new Block(item.position(), name, known, faults);
    }

    private static Body unlabelled(HclItem item) {
        Body body = body(item);
        if (!item.labels().isEmpty()) {
            throw new TextFaultException(
                    item.labels().get(0).position(),
                    "%s takes no name: take it out".formatted(item.name().text()));
        }
        return body;
    }

    private static Body body(HclItem item) {
        if (item.value() instanceof Body body) {
            return body;
        }
        throw new TextFaultException(
                item.value().position(),
                "%s must be a block, { … }, not %s".formatted(item.name().text(), Values.described(item.value())));
    }

    boolean has(String key) {
        return !all(key).isEmpty();
    }

    Optional<String> text(String key) {
        return value(key).flatMap(value -> faults.attempt(() -> Values.text(key, value)));
    }

    List<String> texts(String key) {
        return value(key)
                .flatMap(value -> faults.attempt(() -> Values.texts(key, value)))
                .orElse(List.of());
    }

    OptionalInt integer(String key, int least, int most) {
        return value(key)
                .flatMap(value -> faults.attempt(() -> Values.integer(key, value, least, most)))
                .map(OptionalInt::of)
                .orElseGet(OptionalInt::empty);
    }

    Optional<Boolean> bool(String key) {
        return value(key).flatMap(value -> faults.attempt(() -> Values.bool(key, value)));
    }

    Optional<Duration> duration(String key) {
        return value(key).flatMap(value -> faults.attempt(() -> Values.duration(key, value)));
    }

    <T> Optional<T> word(String key, Map<String, T> words) {
        return value(key).flatMap(value -> faults.attempt(() -> Values.word(key, value, words)));
    }

    /** Returns the value of a key, which may be set once. */
    Optional<HclValue> value(String key) {
        Optional<HclItem> item = only(key);
        if (item.isPresent() && !item.get().labels().isEmpty()) {
            refuse(item.get().position(), "%s is no block: write %1$s = …".formatted(key));
            return Optional.empty();
        }
        return item.map(HclItem::value);
    }

    /** Keeps a fault. */
    void refuse(Position at, String message) {
        faults.add(at, message);
    }

    /** Reads all blocks of a kind with names. No two blocks may have the same name. */
    List<Block> named(Keys keys) {
        Map<String, Block> blocks = new LinkedHashMap<>();
        for (HclItem item : all(keys.kind())) {
            faults.attempt(() -> named(item, keys, faults)).ifPresent(block -> {
                Block twin = blocks.putIfAbsent(block.name(), block);
                if (twin != null) {
                    refuse(
                            block.position(),
                            "a second %s \"%s\"; the first is on line %d: rename one"
                                    .formatted(
                                            keys.kind(),
                                            block.name(),
                                            twin.position().line()));
                }
            });
        }
        return List.copyOf(blocks.values());
    }

    /** Reads all blocks of a kind without names. */
    List<Block> unnamed(Keys keys) {
        return all(keys.kind()).stream()
                .flatMap(item -> faults.attempt(() -> unnamed(item, keys, faults)).stream())
                .toList();
    }

    /** Reads the block of a kind that may stand once. */
    Optional<Block> single(Keys keys) {
        return only(keys.kind()).flatMap(item -> faults.attempt(() -> unnamed(item, keys, faults)));
    }

    /**
     * Returns the items of all blocks of a key together, with any keys, as Nomad merges {@code env}, {@code meta} and
     * others.
     */
    List<HclItem> joined(String key) {
        List<HclItem> joined = new ArrayList<>();
        all(key).forEach(item -> faults.attempt(() -> unlabelled(item)).ifPresent(body -> joined.addAll(body.items())));
        return joined;
    }

    /** Reads a block with free keys, such as {@code env}. */
    Map<String, String> pairs(String key) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (HclItem item : joined(key)) {
            String name = item.name().text();
            if (!item.labels().isEmpty()) {
                refuse(item.position(), "%s in %s is no block: write %1$s = …".formatted(name, key));
                continue;
            }
            faults.attempt(() -> Values.written(name, item.value())).ifPresent(text -> {
                if (pairs.put(name, text) != null) {
                    refuse(item.position(), "%s is set twice in %s: take one out".formatted(name, key));
                }
            });
        }
        return pairs;
    }

    private List<HclItem> all(String key) {
        return items.getOrDefault(key, List.of());
    }

    private Optional<HclItem> only(String key) {
        List<HclItem> all = all(key);
        if (all.size() > 1) {
            refuse(
                    all.get(1).position(),
                    "a second %s; the first is on line %d: take one out"
                            .formatted(key, all.get(0).position().line()));
        }
        return all.stream().findFirst();
    }
}
