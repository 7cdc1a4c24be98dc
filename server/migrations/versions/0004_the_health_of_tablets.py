"""The health of tablets: what each last said of itself, when it is looked at next, since when numbers are missing"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'

def upgrade() -> None:
    op.add_column('device', sa.Column('form', sa.Text(), nullable=False, server_default='tablet'))
    op.add_column('device', sa.Column('behind_ms', sa.BigInteger(), nullable=True))
    op.add_column('device', sa.Column('look_at_ms', sa.BigInteger(), nullable=True))
    op.add_column('device', sa.Column('look_set_ms', sa.BigInteger(), nullable=True))
    op.add_column('device', sa.Column('reported_ms', sa.BigInteger(), nullable=True))
    op.add_column('device', sa.Column('app_version', sa.Text(), nullable=True))
    op.add_column('device', sa.Column('installed', sa.Boolean(), nullable=True))
    op.add_column('device', sa.Column('persisted', sa.Boolean(), nullable=True))
    op.add_column('device', sa.Column('storage_free_mb', sa.BigInteger(), nullable=True))
    op.add_column('device', sa.Column('oldest_unsent_ms', sa.BigInteger(), nullable=True))
    op.create_index('ix_device_look', 'device', ['look_at_ms', 'home_id'], unique=False)
    op.create_index('ix_device_look_set', 'device', ['look_set_ms', 'home_id'], unique=False)
    op.add_column('device_number', sa.Column('since_ms', sa.BigInteger(), nullable=True))
    op.add_column('enrolment', sa.Column('form', sa.Text(), nullable=False, server_default='tablet'))


def downgrade() -> None:
    op.drop_column('enrolment', 'form')
    op.drop_column('device_number', 'since_ms')
    op.drop_index('ix_device_look_set', 'device')
    op.drop_index('ix_device_look', 'device')
    for name in (
        'oldest_unsent_ms', 'storage_free_mb', 'persisted', 'installed', 'app_version', 'reported_ms', 'look_set_ms', 'look_at_ms',
        'behind_ms', 'form',
    ):
        op.drop_column('device', name)
