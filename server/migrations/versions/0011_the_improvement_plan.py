"""The live improvement plan: the figures of each measure and care day"""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'


def upgrade() -> None:
    op.create_table('measure_day',
    sa.Column('home_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('measure', sa.Text(), nullable=False),
    sa.Column('day', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('numerator', sa.Integer(), nullable=False),
    sa.Column('denominator', sa.Integer(), nullable=False),
    sa.Column('in_the_end', sa.Integer(), nullable=False),
    sa.Column('left_out', sa.Integer(), nullable=False),
    sa.Column('first_numerator', sa.Integer(), nullable=False),
    sa.Column('first_denominator', sa.Integer(), nullable=False),
    sa.Column('first_ms', sa.BigInteger(), nullable=False),
    sa.Column('worked_out_ms', sa.BigInteger(), nullable=False),
    sa.Column('changed_rows', sa.Integer(), nullable=False),
    sa.Column('stale_rows', sa.Integer(), nullable=False),
    sa.Column('look_ms', sa.BigInteger(), nullable=True),
    sa.Column('detail', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['home_id'], ['home.id'], name=op.f('fk_measure_day_home_id')),
    sa.PrimaryKeyConstraint('home_id', 'measure', 'day', name=op.f('pk_measure_day'))
    )
    op.create_index('ix_measure_day_stale', 'measure_day', ['home_id', 'stale_rows'], unique=False)
    op.create_index('ix_measure_day_look', 'measure_day', ['home_id', 'look_ms'], unique=False)


def downgrade() -> None:
    op.drop_table('measure_day')
