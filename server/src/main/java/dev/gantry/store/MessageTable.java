package dev.gantry.store;

import static org.jooq.impl.DSL.max;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.OrderField;
import org.jooq.Record1;
import org.jooq.SelectConditionStep;
import org.jooq.Table;

/**
 * Queries of a table that keeps whole messages.
 *
 * @param <M> the type of the messages
 */
final class MessageTable<M extends Message> {

    private static final int AMBIGUOUS = 2;

    private final DSLContext dsl;
    private final Table<?> table;
    private final Field<byte[]> message;
    private final Parser<M> parser;

    MessageTable(DSLContext dsl, Table<?> table, Field<byte[]> message, Parser<M> parser) {
        this.dsl = dsl;
        this.table = table;
        this.message = message;
        this.parser = parser;
    }

    /** Returns the message that meets a condition; empty if there is no such message. No two may. */
    Optional<M> find(Condition condition) {
        return select(condition).fetchOptional(this::parse);
    }

    /** Returns the first message in an order that meets a condition; empty if there is no such message. */
    Optional<M> first(Condition condition, OrderField<?>... order) {
        return list(condition, 1, order).stream().findFirst();
    }

    /** Returns the first messages that meet a condition, in some order, up to a limit. */
    List<M> list(Condition condition, int limit, OrderField<?>... order) {
        return select(condition).orderBy(order).limit(limit).fetch(this::parse);
    }

    /** Returns all messages that meet a condition, in some order. */
    List<M> all(Condition condition, OrderField<?>... order) {
        return select(condition).orderBy(order).fetch(this::parse);
    }

    /**
     * Returns messages whose id begins with a prefix.
     *
     * @param key the table's key, a {@link RowKey}
     * @param prefix an id or its beginning
     * @param id returns the id of a message
     * @return at most two messages: two are enough to know that the prefix is ambiguous
     */
    List<M> like(Field<Long> key, String prefix, Function<M, String> id) {
        Long greatest = dsl.select(max(key)).from(table).fetchOne(max(key));
        if (greatest == null) {
            return List.of();
        }
        Map<String, M> found = new LinkedHashMap<>();
        Iterator<RowKey.Range> ranges = RowKey.like(prefix, greatest).iterator();
        while (ranges.hasNext() && found.size() < AMBIGUOUS) {
            RowKey.Range range = ranges.next();
            list(key.between(range.first(), range.last()), AMBIGUOUS).stream()
                    .filter(message -> id.apply(message).startsWith(prefix))
                    .forEach(message -> found.put(id.apply(message), message));
        }
        return List.copyOf(found.values());
    }

    private SelectConditionStep<Record1<byte[]>> select(Condition condition) {
        return dsl.select(message).from(table).where(condition);
    }

    private M parse(Record1<byte[]> row) {
        return Messages.parse(parser, row.value1());
    }
}
