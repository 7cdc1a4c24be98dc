"""Tokens by which an alert is taken on from the lock screen: their digests"""

import sqlalchemy as sa
from alembic import op

from server.db import Id

revision = '0015'
down_revision = '0014'


def upgrade() -> None:
    op.create_table('lock_screen_token',
    sa.Column('home_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('alert', Id(), nullable=False),
    sa.Column('opening', sa.Integer(), nullable=False),
    sa.Column('device', Id(), nullable=False),
    sa.Column('staff', Id(), nullable=False),
    sa.Column('made_ms', sa.BigInteger(), nullable=False),
    sa.Column('used_ms', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['home_id'], ['home.id'], name=op.f('fk_lock_screen_token_home_id')),
    sa.PrimaryKeyConstraint('home_id', 'digest', name=op.f('pk_lock_screen_token'))
    )


def downgrade() -> None:
    op.drop_table('lock_screen_token')
