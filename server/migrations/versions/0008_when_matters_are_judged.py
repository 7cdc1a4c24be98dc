"""When the matters of appointments, shifts, units and the home are judged next"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'


def upgrade() -> None:
    op.create_table('matter_look',
    sa.Column('home_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('stream', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('next_at_ms', sa.BigInteger(), nullable=False),
    sa.Column('set_ms', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['home_id'], ['home.id'], name=op.f('fk_matter_look_home_id')),
    sa.PrimaryKeyConstraint('home_id', 'stream', 'key', name=op.f('pk_matter_look'))
    )
    op.create_index('ix_matter_look_due', 'matter_look', ['next_at_ms', 'home_id'], unique=False)
    op.create_index('ix_matter_look_set', 'matter_look', ['set_ms', 'home_id'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_matter_look_set', 'matter_look')
    op.drop_index('ix_matter_look_due', 'matter_look')
    op.drop_table('matter_look')
