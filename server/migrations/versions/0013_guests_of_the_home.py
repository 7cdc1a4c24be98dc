"""Guests of the home: links by which they read the evidence, and every page that they asked for"""

import sqlalchemy as sa
from alembic import op

from server.db import Id

revision = '0013'
down_revision = '0011'


def upgrade() -> None:
    op.create_table('guest_link',
    sa.Column('home_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', Id(), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('who_for', sa.Text(), nullable=False),
    sa.Column('initials', sa.Boolean(), nullable=False),
    sa.Column('made_by', Id(), nullable=False),
    sa.Column('made_ms', sa.BigInteger(), nullable=False),
    sa.Column('until_ms', sa.BigInteger(), nullable=False),
    sa.Column('ended_ms', sa.BigInteger(), nullable=True),
    sa.Column('ended_by', Id(), nullable=True),
    sa.ForeignKeyConstraint(['home_id'], ['home.id'], name=op.f('fk_guest_link_home_id')),
    sa.PrimaryKeyConstraint('home_id', 'id', name=op.f('pk_guest_link'))
    )
    op.create_table('guest_opening',
    sa.Column('home_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', Id(), nullable=False),
    sa.Column('link', Id(), nullable=False),
    sa.Column('at_ms', sa.BigInteger(), nullable=False),
    sa.Column('path', sa.Text(), nullable=False),
    sa.Column('refused', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['home_id'], ['home.id'], name=op.f('fk_guest_opening_home_id')),
    sa.PrimaryKeyConstraint('home_id', 'id', name=op.f('pk_guest_opening'))
    )
    op.create_index('ix_guest_opening_link', 'guest_opening', ['home_id', 'link', 'at_ms'], unique=False)


def downgrade() -> None:
    op.drop_table('guest_opening')
    op.drop_table('guest_link')
