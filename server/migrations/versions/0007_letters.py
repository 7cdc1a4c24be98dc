"""Letters that were photographed: the picture itself, beside its `attachment` record"""

import sqlalchemy as sa
from alembic import op

from server.db import Id

revision = '0007'
down_revision = '0006'


def upgrade() -> None:
    op.create_table('letter',
    sa.Column('home_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', Id(length=16), nullable=False),
    sa.Column('sha256', sa.LargeBinary(), nullable=False),
    sa.Column('type', sa.Text(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('device', Id(length=16), nullable=False),
    sa.Column('received_ms', sa.BigInteger(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['home_id'], ['home.id'], name=op.f('fk_letter_home_id')),
    sa.PrimaryKeyConstraint('home_id', 'id', name=op.f('pk_letter'))
    )
    op.create_index('ix_letter_device', 'letter', ['home_id', 'device', 'received_ms'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_letter_device', 'letter')
    op.drop_table('letter')
