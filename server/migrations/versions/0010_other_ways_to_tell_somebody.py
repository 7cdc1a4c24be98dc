"""Other ways to tell somebody than push: contacts, what waits to be told in another way, and every state of a message"""

import sqlalchemy as sa
from alembic import op

from server.db import Id

revision = '0010'
down_revision = '0009'


def upgrade() -> None:
    op.create_table('contact',
    sa.Column('home_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', Id(length=16), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('target', sa.Text(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('by', Id(length=16), nullable=False),
    sa.Column('made_ms', sa.BigInteger(), nullable=False),
    sa.Column('accepted_ms', sa.BigInteger(), nullable=True),
    sa.Column('failed_ms', sa.BigInteger(), nullable=True),
    sa.Column('ended_ms', sa.BigInteger(), nullable=True),
    sa.Column('ended_by', Id(length=16), nullable=True),
    sa.ForeignKeyConstraint(['home_id'], ['home.id'], name=op.f('fk_contact_home_id')),
    sa.PrimaryKeyConstraint('home_id', 'id', name=op.f('pk_contact'))
    )
    op.create_table('fallback',
    sa.Column('home_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('alert', Id(length=16), nullable=False),
    sa.Column('opening', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('step', sa.Text(), nullable=False),
    sa.Column('roles', sa.Text(), nullable=False),
    sa.Column('always', sa.Boolean(), nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('values', sa.Text(), nullable=False),
    sa.Column('expires_ms', sa.BigInteger(), nullable=False),
    sa.Column('due_ms', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['home_id'], ['home.id'], name=op.f('fk_fallback_home_id')),
    sa.PrimaryKeyConstraint('home_id', 'alert', 'opening', 'step', name=op.f('pk_fallback'))
    )
    op.create_index('ix_fallback_due', 'fallback', ['due_ms', 'home_id'], unique=False)
    op.create_table('delivery_state',
    sa.Column('home_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('message', Id(length=16), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('attempt', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('at_ms', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['home_id'], ['home.id'], name=op.f('fk_delivery_state_home_id')),
    sa.PrimaryKeyConstraint('home_id', 'message', 'state', 'attempt', name=op.f('pk_delivery_state'))
    )
    op.add_column('outbox', sa.Column('channel', sa.Text(), nullable=False, server_default='push'))


def downgrade() -> None:
    op.drop_column('outbox', 'channel')
    op.drop_table('delivery_state')
    op.drop_index('ix_fallback_due', 'fallback')
    op.drop_table('fallback')
    op.drop_table('contact')
