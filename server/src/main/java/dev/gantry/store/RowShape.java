package dev.gantry.store;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Query;
import org.jooq.Table;
import org.jooq.impl.DSL;

/**
 * How objects of a kind become rows of a table. Each column is named once, with the value that an object gives it; the
 * statements that insert, update and delete rows follow from that.
 *
 * @param <T> the kind of object
 */
final class RowShape<T> {

    private enum Role {
        /** Part of the key: set by an insert, and compared by an update or a delete. */
        KEY,
        /** Set by an insert only. */
        FIXED,
        /** Set by an insert and by an update. */
        CHANGING
    }

    private record Column<T>(Field<?> field, Function<T, ?> value, Role role) {}

    private final Table<?> table;
    private final List<Column<T>> columns;

    private RowShape(Table<?> table, List<Column<T>> columns) {
        this.table = table;
        this.columns = List.copyOf(columns);
    }

    /** Returns the shape of a table's rows, without any column yet. */
    static <T> RowShape<T> of(Table<?> table) {
        return new RowShape<>(table, List.of());
    }

    /** Adds a column of the key. */
    <V> RowShape<T> key(Field<V> field, Function<T, V> value) {
        return with(new Column<>(field, value, Role.KEY));
    }

    /** Adds a column that keeps the value with which a row is inserted. */
    <V> RowShape<T> fixed(Field<V> field, Function<T, V> value) {
        return with(new Column<>(field, value, Role.FIXED));
    }

    /** Adds a column that updates change. */
    <V> RowShape<T> changing(Field<V> field, Function<T, V> value) {
        return with(new Column<>(field, value, Role.CHANGING));
    }

    /** Returns the statement that inserts rows. */
    Batch<T> insert(DSLContext dsl) {
        return batch(
                dsl.insertInto(table)
                        .columns(columns.stream().map(Column::field).toList())
                        .values(columns.stream()
                                .map(column -> parameter(column.field()))
                                .toList()),
                columns);
    }

    /** Returns the statement that sets the changing columns of the rows with the objects' keys. */
    Batch<T> update(DSLContext dsl) {
        List<Column<T>> changing = in(Role.CHANGING);
        Map<Field<?>, Field<?>> changes = new LinkedHashMap<>();
        changing.forEach(column -> changes.put(column.field(), parameter(column.field())));
        List<Column<T>> bound = new ArrayList<>(changing);
        bound.addAll(in(Role.KEY));
        return batch(dsl.update(table).set(changes).where(hasKey()), bound);
    }

    /** Returns the statement that deletes the rows with the objects' keys. */
    Batch<T> delete(DSLContext dsl) {
        return batch(dsl.deleteFrom(table).where(hasKey()), in(Role.KEY));
    }

    private RowShape<T> with(Column<T> column) {
        List<Column<T>> more = new ArrayList<>(columns);
        more.add(column);
        return new RowShape<>(table, more);
    }

    private List<Column<T>> in(Role role) {
        return columns.stream().filter(column -> column.role() == role).toList();
    }

    private Condition hasKey() {
        return DSL.and(in(Role.KEY).stream()
                .map(column -> equalsParameter(column.field()))
                .toList());
    }

    private static <V> Condition equalsParameter(Field<V> field) {
        return field.eq(parameter(field));
    }

    private static <V> Field<V> parameter(Field<V> field) {
        return DSL.val(null, field.getDataType());
    }

    private Batch<T> batch(Query statement, List<Column<T>> bound) {
        return new Batch<>(
                statement, bound.stream().<Function<T, ?>>map(Column::value).toList());
    }
}
