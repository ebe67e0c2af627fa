package dev.gantry.jobfile;

import com.google.protobuf.Duration;
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
 * One block of a job file. Its keys are validated; values are read by key.
 *
 * @param position where it begins
 * @param name its label; empty for a kind of block that has none
 * @param items what it holds
 */
record Block(Position position, String name, List<HclItem> items) {

    /** Reads a block without a label. */
    static Block unnamed(HclItem item, Keys keys) {
        return of(item, "", unlabelled(item), keys);
    }

    /** Reads a block with one label. */
    static Block named(HclItem item, Keys keys) {
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
            throw new TextFaultException(label.position(), "the name of a %s is empty: give it one".formatted(kind));
        }
        return of(item, label.text(), body, keys);
    }

    private static Block of(HclItem item, String name, Body body, Keys keys) {
        body.items().forEach(inner -> keys.check(inner));
        return new Block(item.position(), name, body.items());
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
        return value(key).map(value -> Values.text(key, value));
    }

    List<String> texts(String key) {
        return value(key).map(value -> Values.texts(key, value)).orElse(List.of());
    }

    OptionalInt integer(String key, int least, int most) {
        Optional<HclValue> value = value(key);
        return value.isPresent() ? OptionalInt.of(Values.integer(key, value.get(), least, most)) : OptionalInt.empty();
    }

    Optional<Boolean> bool(String key) {
        return value(key).map(value -> Values.bool(key, value));
    }

    Optional<Duration> duration(String key) {
        return value(key).map(value -> Values.duration(key, value));
    }

    <T> Optional<T> word(String key, Map<String, T> words) {
        return value(key).map(value -> Values.word(key, value, words));
    }

    /** Returns the value of a key, which may be set once. */
    Optional<HclValue> value(String key) {
        Optional<HclItem> item = only(key);
        item.filter(set -> !set.labels().isEmpty()).ifPresent(set -> {
            throw new TextFaultException(set.position(), "%s is no block: write %1$s = …".formatted(key));
        });
        return item.map(HclItem::value);
    }

    /** Reads all blocks of a kind with names. No two blocks may have the same name. */
    List<Block> named(Keys keys) {
        Map<String, Block> blocks = new LinkedHashMap<>();
        for (HclItem item : all(keys.kind())) {
            Block block = named(item, keys);
            Block twin = blocks.putIfAbsent(block.name(), block);
            if (twin != null) {
                throw new TextFaultException(
                        block.position(),
                        "a second %s \"%s\"; the first is on line %d: rename one"
                                .formatted(
                                        keys.kind(),
                                        block.name(),
                                        twin.position().line()));
            }
        }
        return List.copyOf(blocks.values());
    }

    /** Reads all blocks of a kind without names. */
    List<Block> unnamed(Keys keys) {
        return all(keys.kind()).stream().map(item -> unnamed(item, keys)).toList();
    }

    /** Reads the block of a kind that may stand once. */
    Optional<Block> single(Keys keys) {
        return only(keys.kind()).map(item -> unnamed(item, keys));
    }

    /**
     * Returns the items of all blocks of a key together, with any keys, as Nomad merges {@code env}, {@code meta} and
     * others.
     */
    List<HclItem> joined(String key) {
        List<HclItem> joined = new ArrayList<>();
        all(key).forEach(item -> joined.addAll(unlabelled(item).items()));
        return joined;
    }

    /** Reads a block with free keys, such as {@code env}. */
    Map<String, String> pairs(String key) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (HclItem item : joined(key)) {
            HclName name = item.name();
            if (!item.labels().isEmpty()) {
                throw new TextFaultException(
                        item.position(), "%s in %s is no block: write %1$s = …".formatted(name.text(), key));
            }
            if (pairs.put(name.text(), Values.written(name.text(), item.value())) != null) {
                throw new TextFaultException(
                        item.position(), "%s is set twice in %s: take one out".formatted(name.text(), key));
            }
        }
        return pairs;
    }

    private List<HclItem> all(String key) {
        return items.stream().filter(item -> item.name().text().equals(key)).toList();
    }

    private Optional<HclItem> only(String key) {
        List<HclItem> all = all(key);
        if (all.size() > 1) {
            throw new TextFaultException(
                    all.get(1).position(),
                    "a second %s; the first is on line %d: take one out"
                            .formatted(key, all.get(0).position().line()));
        }
        return all.stream().findFirst();
    }
}
