"""Suspected doubles: where each drink lies, and totals with the least and the most

Totals are emptied, and their follower sent back to the start: it adds them up again by itself.
"""

import json
import uuid

import sqlalchemy as sa
from alembic import op

from server.db import Id
from server.records.doubles import drink_of, place_of

revision = '0003'
down_revision = '0002'


def upgrade() -> None:
    op.create_table('drink_place',
    sa.Column('home_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('place', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('record', Id(length=16), nullable=False),
    sa.Column('device', Id(length=16), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['home_id'], ['home.id'], name=op.f('fk_drink_place_home_id')),
    sa.PrimaryKeyConstraint('home_id', 'place', 'record', name=op.f('pk_drink_place'))
    )
    with op.batch_alter_table('drink_place', schema=None) as batch_op:
        batch_op.create_index('ix_drink_place_record', ['home_id', 'record'], unique=False)
    _fill()

    op.execute("DELETE FROM hydration_day")
    op.execute("UPDATE follower SET cursor = 0 WHERE name = 'totals'")
    with op.batch_alter_table('hydration_day', schema=None) as batch_op:
        batch_op.drop_column('drunk_ml')
        batch_op.add_column(sa.Column('least_ml', sa.Integer(), nullable=False))
        batch_op.add_column(sa.Column('most_ml', sa.Integer(), nullable=False))
        batch_op.add_column(sa.Column('to_check', sa.Integer(), nullable=False))


def _fill() -> None:
    """Where the drinks that are here already lie now; a rebuild adds where they lay before they were corrected."""
    record = sa.table(
        'record', sa.column('home_id'), sa.column('id', Id), sa.column('kind'), sa.column('seq'), sa.column('occurred_ms'),
        sa.column('body'),
    )  # fmt: skip
    place = sa.table(
        'drink_place', sa.column('home_id'), sa.column('place'), sa.column('record', Id), sa.column('device', Id), sa.column('seq'),
    )  # fmt: skip
    query = sa.select(record).where(record.c.kind == 'hydration_check')
    rows = []
    for row in op.get_bind().execute(query):
        body = json.loads(row.body)
        drink, resident = drink_of(body, row.occurred_ms), body['fields'].get('resident')
        if drink is not None and isinstance(resident, str):
            at = place_of(resident, drink.drink, drink.ml, drink.at_ms)
            rows.append({
                'home_id': row.home_id, 'place': at, 'record': row.id, 'device': uuid.UUID(body['device']), 'seq': row.seq,
            })  # fmt: skip
    for start in range(0, len(rows), 500):
        op.get_bind().execute(sa.insert(place), rows[start : start + 500])


def downgrade() -> None:
    op.execute("DELETE FROM hydration_day")
    op.execute("UPDATE follower SET cursor = 0 WHERE name = 'totals'")
    with op.batch_alter_table('hydration_day', schema=None) as batch_op:
        batch_op.drop_column('to_check')
        batch_op.drop_column('most_ml')
        batch_op.drop_column('least_ml')
        batch_op.add_column(sa.Column('drunk_ml', sa.Integer(), nullable=False))

    with op.batch_alter_table('drink_place', schema=None) as batch_op:
        batch_op.drop_index('ix_drink_place_record')

    op.drop_table('drink_place')
